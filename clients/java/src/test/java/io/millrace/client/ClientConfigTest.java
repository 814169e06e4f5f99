package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConfigTest {

    @TempDir
    private Path folder;

    private ClientConfig config(String text) throws IOException {
        Path file = folder.resolve("client.properties");
        Files.writeString(file, text);
        return ClientConfig.read(file);
    }

    @Test
    void shouldSayWhatTheFileSays() throws IOException {
        ClientConfig config = config("""
                bootstrap.servers=127.0.0.1:29092
                sasl.mechanism=SCRAM-SHA-512
                schema.registry.url=http://127.0.0.1:28081/apis/ccompat/v7
                millrace.schema.cache=/data/schema-cache
                millrace.clock=wall
                """);
        assertThat(config.registryUrl()).isEqualTo(URI.create("http://127.0.0.1:28081/apis/ccompat/v7"));
        assertThat(config.schemaCache()).isEqualTo(Path.of("/data/schema-cache"));
        assertThat(config.require("millrace.clock")).isEqualTo("wall");
        assertThat(config.kafka())
                .isEqualTo(Map.of("bootstrap.servers", "127.0.0.1:29092", "sasl.mechanism", "SCRAM-SHA-512"));
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> ClientConfig.read(none))
                .isInstanceOf(ClientException.class)
                .hasMessage("there is no " + none + "; 'millrace up' writes it into its data folder");
        ClientConfig config = config("bootstrap.servers= \n");
        assertThatThrownBy(config::kafka)
                .hasMessage(folder.resolve("client.properties")
                        + " does not say bootstrap.servers; 'millrace up' writes it");
    }
}
