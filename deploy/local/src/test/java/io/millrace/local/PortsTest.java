package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void shouldHaveDefaults() {
        Ports ports = Ports.defaults();
        assertThat(ports.broker()).isEqualTo(19092);
        assertThat(ports.registry()).isEqualTo(18081);
        assertThat(ports.registryManagement()).isEqualTo(18082);
        assertThat(ports.of("scheduler")).isEqualTo(18090);
        assertThat(ports.of("tracker")).isEqualTo(18091);
        assertThat(ports.of("monitor")).isEqualTo(18092);
        assertThat(ports.of("governance")).isEqualTo(18093);
    }

    @Test
    void shouldNameAPortThatIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ports ports = Ports.free().with(Ports.REGISTRY, other.getLocalPort());
            assertThatThrownBy(ports::requireFree)
                    .isInstanceOf(StackException.class)
                    .hasMessage("port " + other.getLocalPort() + " (registry) is taken; stop what uses it or choose"
                            + " another with --port registry=PORT");
        }
    }

    @Test
    void shouldSeeAListenerOnAllAddresses() throws IOException {
        try (ServerSocket other = new ServerSocket(0)) {
            Ports ports = Ports.free().with(Ports.BROKER, other.getLocalPort());
            assertThatThrownBy(ports::requireFree).hasMessageContaining("(broker) is taken");
        }
    }

    @Test
    void shouldPassWhereNothingListens() {
        Ports.free().requireFree();
    }

    @Test
    void shouldRefuseOnePortForTwo() {
        Ports free = Ports.free();
        Ports ports = free.with("scheduler", free.broker());
        assertThatThrownBy(ports::requireFree)
                .hasMessage("port " + free.broker() + " is given to both broker and scheduler; choose another with"
                        + " --port scheduler=PORT");
    }

    @Test
    void shouldRefuseANameItDoesNotKnow() {
        assertThatThrownBy(() -> Ports.defaults().with("kafka", 9092))
                .hasMessage("there is no port named 'kafka'; the names are broker, registry, registry-management,"
                        + " scheduler, tracker, monitor, governance");
    }

    @Test
    void shouldRefuseANumberThatIsNoPort() {
        assertThatThrownBy(() -> Ports.defaults().with("broker", 70_000))
                .hasMessage("port 70000 (broker) is not between 1 and 65535");
    }
}
