package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientPropertiesTest {

    @TempDir
    private Path folder;

    private final StackOptions options = StackOptions.of(Path.of("/millrace"), Path.of("/data/one"))
            .withPorts(Ports.defaults().with("broker", 29092))
            .withClock("scaled(10)")
            .withPools(Pools.assign(Map.of(), List.of("a", "b")));

    private String text(StackOptions options) {
        return ClientProperties.text(options, Credentials.in(folder), Tokens.in(folder, "ada"), "users");
    }

    @Test
    void shouldSayHowToConnect() throws IOException {
        Files.writeString(folder.resolve("users"), "not-a-secret-but-long\n");
        Files.writeString(folder.resolve("tokens"), "ada admin 0123456789abcdef\n");
        assertThat(text(options)).isEqualTo("""
                bootstrap.servers=127.0.0.1:29092
                security.protocol=SASL_PLAINTEXT
                sasl.mechanism=SCRAM-SHA-512
                sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="users" \
                password="not-a-secret-but-long";
                sasl.username=users
                sasl.password=not-a-secret-but-long
                schema.registry.url=http://127.0.0.1:18081/apis/ccompat/v7
                millrace.schema.cache=/data/one/schema-cache
                millrace.scheduler.url=http://127.0.0.1:18090
                millrace.tracker.url=http://127.0.0.1:18091
                millrace.monitor.url=http://127.0.0.1:18092
                millrace.governance.url=http://127.0.0.1:18093
                millrace.token=0123456789abcdef
                millrace.clock=scaled(10)
                millrace.pools=a=0,b=1
                """);
    }

    @Test
    void shouldLeaveOutServicesThatDoNotRun() {
        assertThat(text(options.withServices(List.of()))).doesNotContain("scheduler");
    }

    @Test
    void shouldBeReadAsItWasMeant() throws IOException {
        Properties read = new Properties();
        read.load(new StringReader(text(StackOptions.of(Path.of("/m"), Path.of("/a b\\c:é")))));
        assertThat(read.getProperty("millrace.schema.cache")).isEqualTo("/a b\\c:é/schema-cache");
        assertThat(read.getProperty("millrace.pools")).isEqualTo("default=0");
        assertThat(read.getProperty("sasl.jaas.config"))
                .isEqualTo("org.apache.kafka.common.security.scram.ScramLoginModule required username=\"users\""
                        + " password=\"" + read.getProperty("sasl.password") + "\";");
    }
}
