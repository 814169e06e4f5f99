package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.millrace.cli.Connection;
import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scheduler, told of an OpenID provider: people whom that knows may do what their groups say. */
class OidcStackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final KeyPair key = newKey();

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldLetInWhomTheProviderKnowsAndGiveThemWhatTheirGroupsSay() throws Exception {
        HttpServer provider = provider();
        String issuer = "http://127.0.0.1:" + provider.getAddress().getPort();
        int port = Ports.freePort();
        try (RunningStack stack =
                RunningStack.start(folder.resolve("stack"), options -> options.withServices(List.of()))) {
            Process scheduler = scheduler(stack, port, issuer);
            try {
                URI base = URI.create("http://127.0.0.1:" + port);
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> ask(base.resolve("/q/health"), "GET", "") == 200);
                URI queue = base.resolve("/v1/queue");
                URI override = base.resolve("/v1/jobs/nobodys/override");
                String manager = token(issuer, "grace", List.of("manager", "choir"), key);
                assertThat(ask(queue, "GET", manager)).isEqualTo(200);
                assertThat(ask(override, "POST", manager)).isEqualTo(404);
                assertThat(ask(base.resolve("/v1/policy"), "PUT", manager)).isEqualTo(403);
                assertThat(ask(override, "POST", token(issuer, "eve", List.of("user"), key)))
                        .isEqualTo(403);
                assertThat(ask(queue, "GET", token(issuer, "mallory", List.of("choir"), key)))
                        .isEqualTo(403);
                assertThat(ask(queue, "GET", token(issuer, "grace", List.of("admin"), newKey())))
                        .as("signed by somebody else")
                        .isEqualTo(401);
                assertThat(ask(queue, "GET", token("http://127.0.0.1:1", "grace", List.of("admin"), key)))
                        .as("of another issuer")
                        .isEqualTo(401);
                assertThat(ask(queue, "GET", "no token at all")).isEqualTo(401);
                assertThat(ask(queue, "GET", "a-token-of-ours-beside-it")).isEqualTo(200);
                assertThat(Files.readString(folder.resolve("scheduler.log")))
                        .contains(
                                "refused PUT /v1/policy to grace: 403, grace may not do this: it needs the role admin")
                        .doesNotContain(manager);
            } finally {
                scheduler.destroyForcibly().waitFor();
            }
        } finally {
            provider.stop(0);
        }
    }

    /** The service as whoever deploys it starts it, with what it needs in its environment. */
    private Process scheduler(RunningStack stack, int port, String issuer) throws IOException {
        Path root = ProjectRoot.find();
        Connection connection = stack.connection();
        String password =
                Files.readString(stack.data().resolve("credentials/scheduler")).strip();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        root.resolve("services/scheduler/target/quarkus-app/quarkus-run.jar")
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("scheduler.log").toFile());
        builder.environment()
                .putAll(Map.ofEntries(
                        Map.entry("KAFKA_BOOTSTRAP_SERVERS", connection.bootstrapServers()),
                        Map.entry("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
                        Map.entry("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
                        Map.entry(
                                "KAFKA_SASL_JAAS_CONFIG",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                        + " username=\"scheduler\" password=\"" + password + "\";"),
                        Map.entry(
                                "MILLRACE_REGISTRY_URL",
                                connection.registryUrl().toString()),
                        Map.entry(
                                "MILLRACE_SCHEMA_CACHE",
                                connection.schemaCache().toString()),
                        Map.entry("MILLRACE_STATE_DIR", folder.resolve("state").toString()),
                        Map.entry(
                                "MILLRACE_POLICY_FILE",
                                root.resolve("policies/default.yaml").toString()),
                        Map.entry("QUARKUS_HTTP_PORT", Integer.toString(port)),
                        Map.entry(
                                "MILLRACE_TOKENS",
                                "robot=viewer=f09f7a86caa3d2918ba9319f1ad0638c7172ec30b8b34db2376f04de5b6586d3"),
                        Map.entry("QUARKUS_OIDC_TENANT_ENABLED", "true"),
                        Map.entry("QUARKUS_OIDC_AUTH_SERVER_URL", issuer)));
        return builder.start();
    }

    private int ask(URI address, String method, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString("{\"reason\": \"because\"}"));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    // ---- as an OpenID provider does it

    private HttpServer provider() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        RSAPublicKey open = (RSAPublicKey) key.getPublic();
        serve(
                server,
                "/.well-known/openid-configuration",
                Map.of(
                        "issuer", issuer,
                        "jwks_uri", issuer + "/keys",
                        "authorization_endpoint", issuer + "/authorize",
                        "token_endpoint", issuer + "/token"));
        serve(
                server,
                "/keys",
                Map.of(
                        "keys",
                        List.of(Map.of(
                                "kty", "RSA",
                                "use", "sig",
                                "alg", "RS256",
                                "kid", "one",
                                "n", number(open.getModulus().toByteArray()),
                                "e", number(open.getPublicExponent().toByteArray())))));
        server.start();
        return server;
    }

    private static void serve(HttpServer server, String path, Object content) throws IOException {
        byte[] body = JSON.writeValueAsBytes(content);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    /** Without the sign that a positive number may have in front. */
    private static String number(byte[] bytes) {
        int from = bytes[0] == 0 ? 1 : 0;
        return base64(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private static String token(String issuer, String who, List<String> groups, KeyPair signer) throws Exception {
        long now = Instant.now().getEpochSecond();
        String content = base64(JSON.writeValueAsBytes(Map.of("alg", "RS256", "typ", "JWT", "kid", "one"))) + "."
                + base64(JSON.writeValueAsBytes(
                        Map.of("iss", issuer, "sub", who, "groups", groups, "iat", now, "exp", now + 300)));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(signer.getPrivate());
        signature.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + base64(signature.sign());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
