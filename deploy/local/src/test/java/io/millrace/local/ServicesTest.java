package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {

    @Test
    void shouldTellTheSchedulerWhatItNeeds(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("scheduler"), "not-a-secret-but-long\n");
        Files.writeString(folder.resolve("tokens"), "ada admin 0123456789abcdef\n");
        StackOptions options = StackOptions.of(Path.of("/millrace"), Path.of("/data"))
                .withClock("driven")
                .withPools(Pools.assign(Map.of(), List.of("a", "b")))
                .withPorts(Ports.defaults().with("scheduler", 28090));
        ServiceSpec scheduler = Services.of(options).getFirst();
        assertThat(scheduler.jar())
                .isEqualTo(Path.of("/millrace/services/scheduler/target/quarkus-app/quarkus-run.jar"));
        assertThat(scheduler.health()).hasToString("http://127.0.0.1:28090/q/health");
        assertThat(Services.environment(scheduler, options, Credentials.in(folder), Tokens.in(folder, "ada")))
                .isEqualTo(Map.ofEntries(
                        Map.entry("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:19092"),
                        Map.entry("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
                        Map.entry("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
                        Map.entry(
                                "KAFKA_SASL_JAAS_CONFIG",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                        + " username=\"scheduler\" password=\"not-a-secret-but-long\";"),
                        Map.entry("MILLRACE_REGISTRY_URL", "http://127.0.0.1:18081/apis/ccompat/v7"),
                        Map.entry("MILLRACE_SCHEMA_CACHE", "/data/schema-cache"),
                        Map.entry("MILLRACE_CLOCK", "driven"),
                        Map.entry("MILLRACE_POOLS", "a=0,b=1"),
                        Map.entry("MILLRACE_POLICY_FILE", "/millrace/policies/default.yaml"),
                        Map.entry("MILLRACE_STATE_DIR", "/data/state/scheduler"),
                        Map.entry(
                                "MILLRACE_TOKENS",
                                "ada=admin=9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"),
                        Map.entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
                        Map.entry("QUARKUS_HTTP_PORT", "28090")));
    }

    @Test
    void shouldTellTheSchedulerOfAnOrganisationWhereThereIsOne() {
        StackOptions options =
                StackOptions.of(Path.of("/millrace"), Path.of("/data")).withOrgFile(Path.of("/o.yaml"));
        assertThat(Services.of(options).getFirst().environment()).containsEntry("MILLRACE_ORG_FILE", "/o.yaml");
    }

    @Test
    void shouldKnowHowToRunEveryName() {
        StackOptions options = StackOptions.of(Path.of("/millrace"), Path.of("/data"));
        assertThat(Services.of(options)).extracting(ServiceSpec::name).isEqualTo(Services.NAMES);
    }

    /** Who runs the composed stack gets a key, a port and a password for each. */
    @Test
    void shouldBeThoseThatSecretsAreMadeFor() throws IOException {
        String script = Files.readString(
                Path.of(System.getProperty("millrace.root", ".")).resolve("deploy/docker/make-secrets"));
        assertThat(listed(script, "services"))
                .containsExactlyElementsOf(Services.PORTS.entrySet().stream()
                        .map(port -> port.getKey() + "=" + port.getValue())
                        .toList());
        assertThat(listed(script, "users"))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("operator"),
                                Stream.of(Principal.values()).map(Principal::userName))
                        .toList());
    }

    private static List<String> listed(String script, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + "=\"(.*)\"$").matcher(script);
        assertThat(line.find()).as(name).isTrue();
        return List.of(line.group(1).split(" "));
    }

    @Test
    void shouldSayWhatIsNotBuilt(@TempDir Path root) {
        StackOptions options = StackOptions.of(root, root.resolve("data"));
        assertThatThrownBy(() -> Services.requireBuilt(options))
                .hasMessageStartingWith("service scheduler is not built: ")
                .hasMessageEndingWith("build with ./millrace or mvn package");
        Services.requireBuilt(options.withServices(List.of()));
    }

    @Test
    void shouldSayThatThePolicyFileIsMissing(@TempDir Path root) throws IOException {
        StackOptions options = StackOptions.of(root, root.resolve("data")).withPolicyFile(root.resolve("p.yaml"));
        build(options);
        assertThatThrownBy(() -> Services.requireBuilt(options))
                .hasMessage("there is no policy file " + root.resolve("p.yaml") + "; name one with --policy FILE");
    }

    @Test
    void shouldSayThatTheOrganisationFileIsMissing(@TempDir Path root) throws IOException {
        Path file = Files.writeString(root.resolve("p.yaml"), "");
        StackOptions options =
                StackOptions.of(root, root.resolve("data")).withPolicyFile(file).withOrgFile(root.resolve("o.yaml"));
        build(options);
        assertThatThrownBy(() -> Services.requireBuilt(options))
                .hasMessage("there is no organisation file " + root.resolve("o.yaml") + "; name one with --org FILE");
    }

    /** Puts something where each service's program would lie. */
    private static void build(StackOptions options) throws IOException {
        for (ServiceSpec service : Services.of(options)) {
            Files.createDirectories(service.jar().getParent());
            Files.writeString(service.jar(), "");
        }
    }
}
