package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {

    static final String PROPERTIES = """
            bootstrap.servers=127.0.0.1:29092
            schema.registry.url=http://127.0.0.1:28081/apis/ccompat/v7
            millrace.schema.cache=/data/schema-cache
            millrace.scheduler.url=http://127.0.0.1:28090
            millrace.clock=wall
            millrace.pools=a=0,b=3
            """;

    @TempDir
    private Path folder;

    private Connection connection(String text) throws IOException {
        Files.writeString(folder.resolve("client.properties"), text);
        return Connection.ofStack(folder);
    }

    @Test
    void shouldSayWhatTheFileSays() throws IOException {
        Connection connection = connection(PROPERTIES);
        assertThat(connection.bootstrapServers()).isEqualTo("127.0.0.1:29092");
        assertThat(connection.registryUrl()).isEqualTo(URI.create("http://127.0.0.1:28081/apis/ccompat/v7"));
        assertThat(connection.schemaCache()).isEqualTo(Path.of("/data/schema-cache"));
        assertThat(connection.serviceUrl("scheduler")).isEqualTo(URI.create("http://127.0.0.1:28090"));
        assertThat(connection.clock()).isEqualTo("wall");
        assertThat(connection.pools()).containsExactly(Map.entry("a", 0), Map.entry("b", 3));
    }

    @Test
    void shouldHandKafkaClientsWhatIsTheirs() throws IOException {
        Connection connection = connection(PROPERTIES + "security.protocol=SSL\nssl.truststore.location=/t\n");
        assertThat(connection.kafkaProperties())
                .isEqualTo(Map.of(
                        "bootstrap.servers", "127.0.0.1:29092",
                        "security.protocol", "SSL",
                        "ssl.truststore.location", "/t"));
    }

    @Test
    void shouldSayThatNoStackIsUp() {
        assertThatThrownBy(() -> Connection.ofStack(folder))
                .isInstanceOf(CommandException.class)
                .hasMessage("no stack is up: there is no " + folder.resolve("client.properties")
                        + "; start one with 'millrace up'");
    }

    @Test
    void shouldNameWhatIsMissing() throws IOException {
        Connection connection = connection("bootstrap.servers=x\n");
        assertThatThrownBy(connection::clock)
                .hasMessage(
                        folder.resolve("client.properties") + " does not say millrace.clock; 'millrace up' writes it");
    }

    @Test
    void shouldKeepOthersOutOfAPlay() throws IOException {
        Connection connection = connection(PROPERTIES.replace("clock=wall", "clock=driven"));
        assertThatThrownBy(connection::requireUndriven).hasMessageStartingWith("this stack's clock is driven");
        connection(PROPERTIES).requireUndriven();
    }
}
