package io.millrace.e2e;

import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import io.millrace.streams.SchemaRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import org.yaml.snakeyaml.Yaml;

/**
 * The services of docker-compose.yml as plain processes, with the settings that the file gives them. Of these only what a
 * container has of its own is another: host names, ports and folders.
 */
final class ComposedStack implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String SECRETS = "/run/secrets/";

    /** Ports that containers listen on and nobody outside sees. */
    private static final List<String> INNER_PORTS = List.of("9092", "9093", "9000");

    private final Path root = ProjectRoot.find();
    private final Path folder;
    private final Path secrets;
    private final Map<String, String> ports = new LinkedHashMap<>();
    private final Map<String, Object> services;
    private final Map<String, Object> files;
    private final List<Process> processes = new ArrayList<>();

    private ComposedStack(Path folder) throws IOException {
        this.folder = folder;
        secrets = folder.resolve("secrets");
        Map<String, Object> file = new Yaml().load(Files.readString(root.resolve("docker-compose.yml")));
        services = map(file, "services");
        files = map(file, "secrets");
        INNER_PORTS.forEach(port -> ports.put(port, Integer.toString(Ports.freePort())));
        for (String service : services.keySet()) {
            // HOST-ADDRESS:PORT:CONTAINER-PORT; what the host sees is the container's own port here.
            for (Object published : (List<?>) map(services, service).getOrDefault("ports", List.of())) {
                String[] parts = published.toString().split(":", -1);
                String free = Integer.toString(Ports.freePort());
                ports.put(parts[1], free);
                ports.put(parts[2], free);
            }
        }
    }

    static ComposedStack start(Path folder) throws IOException, InterruptedException {
        ComposedStack stack = new ComposedStack(folder);
        try {
            stack.begin();
            return stack;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    /** The folder with the clients' properties. */
    Path clients() {
        return secrets;
    }

    private void begin() throws IOException, InterruptedException {
        ProcessBuilder maker =
                new ProcessBuilder(root.resolve("deploy/docker/make-secrets").toString());
        maker.environment().put("MILLRACE_SECRETS", secrets.toString());
        finish("make-secrets", maker);
        for (String file : List.of("operator.properties", "client.properties", "agent.properties")) {
            Path path = secrets.resolve(file);
            Files.writeString(path, here(Files.readString(path), "kafka"));
        }

        Map<String, String> broker = environment("kafka");
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.createDirectories(folder.resolve("none"));
        ProcessBuilder format = java(
                broker,
                List.of(),
                "kafka.docker.KafkaDockerWrapper",
                "setup",
                "--default-configs-dir",
                folder.resolve("none").toString(),
                "--mounted-configs-dir",
                folder.resolve("none").toString(),
                "--final-configs-dir",
                config.toString());
        finish("format", format);
        start(
                "kafka",
                java(
                        broker,
                        List.of(broker.getOrDefault("KAFKA_OPTS", "")),
                        "kafka.Kafka",
                        config.resolve("server.properties").toString()));
        start("registry", program("registry", root.resolve("deploy/local/target/registry/quarkus-run.jar")));
        awaitOk(health("registry"));

        List<String> arguments = new ArrayList<>(List.of("io.millrace.local.ClusterSetup"));
        for (Object argument : (List<?>) map(services, "setup").getOrDefault("command", List.of())) {
            arguments.add(here(argument.toString(), "setup"));
        }
        finish("setup", java(Map.of(), List.of(), arguments.toArray(String[]::new)));

        for (String service : services.keySet()) {
            if (map(services, service).get("build") instanceof Map<?, ?> build
                    && build.get("args") instanceof Map<?, ?> args) {
                Path module = root.resolve("services").resolve(String.valueOf(args.get("SERVICE")));
                start(service, program(service, module.resolve("target/quarkus-app/quarkus-run.jar")));
                awaitOk(health(service));
            }
        }
    }

    /** What a container asks itself, the last word of its health check. */
    private String health(String service) {
        List<?> test = (List<?>) map(map(services, service), "healthcheck").get("test");
        return here(String.valueOf(Objects.requireNonNull(test).getLast()), service);
    }

    private Map<String, String> environment(String service) {
        Map<String, String> environment = new LinkedHashMap<>();
        map(map(services, service), "environment")
                .forEach((name, value) -> environment.put(name, here(value.toString(), service)));
        return environment;
    }

    /** As a container's setting reads outside of it. */
    private String here(String text, String service) {
        String here = text.replace("://:", "://127.0.0.1:").replace("0.0.0.0", "127.0.0.1");
        for (String host : services.keySet()) {
            here = here.replaceAll("\\b" + host + ":(?=\\d)", "127.0.0.1:");
        }
        for (Map.Entry<String, String> port : ports.entrySet()) {
            here = here.replaceAll("\\b" + port.getKey() + "\\b", "P" + port.getKey());
        }
        for (Map.Entry<String, String> port : ports.entrySet()) {
            here = here.replaceAll("\\bP" + port.getKey() + "\\b", port.getValue());
        }
        here = here.replace("/var/lib/kafka/data", folder.resolve("kafka-data").toString())
                .replace("/var/lib/millrace", folder.resolve(service + "-data").toString())
                .replace("/tmp/schema-cache", folder.resolve("setup-cache").toString())
                .replace(SECRETS + "credentials", secrets.resolve("credentials").toString());
        for (Map.Entry<String, Path> secret : secretsOf(service).entrySet()) {
            here = here.replace(SECRETS + secret.getKey(), secret.getValue().toString());
        }
        return here;
    }

    /** Where a container's secrets lie, by the names that it finds them under. */
    private Map<String, Path> secretsOf(String service) {
        Map<String, Path> found = new LinkedHashMap<>();
        for (Object secret : (List<?>) map(services, service).getOrDefault("secrets", List.of())) {
            String source = secret instanceof Map<?, ?> named ? String.valueOf(named.get("source")) : secret.toString();
            String target = secret instanceof Map<?, ?> named ? String.valueOf(named.get("target")) : source;
            String file = String.valueOf(map(files, source).get("file"));
            found.put(target, secrets.resolve(Path.of("deploy/docker/secrets").relativize(Path.of(file))));
        }
        return found;
    }

    private ProcessBuilder java(Map<String, String> environment, List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx384m", "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", root.resolve("clients/cli/target/lib") + "/*"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }

    private ProcessBuilder program(String service, Path jar) {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar.toString())
                .directory(root.toFile());
        builder.environment().putAll(environment(service));
        // As the Dockerfile has it.
        builder.environment()
                .put("MILLRACE_STATE_DIR", folder.resolve(service + "-state").toString());
        builder.environment()
                .put("MILLRACE_SCHEMA_CACHE", folder.resolve(service + "-cache").toString());
        return builder;
    }

    private void start(String name, ProcessBuilder builder) throws IOException {
        processes.add(builder.redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start());
    }

    private void finish(String name, ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(name + " failed: " + Files.readString(log(name)));
        }
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private void awaitOk(String address) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isOk(address)) {
            if (System.nanoTime() > deadline || processes.stream().anyMatch(process -> !process.isAlive())) {
                StringBuilder said = new StringBuilder(address + " does not answer");
                try (Stream<Path> logs = Files.list(folder)) {
                    for (Path log : logs.filter(path -> path.toString().endsWith(".log"))
                            .sorted()
                            .toList()) {
                        List<String> lines = Files.readAllLines(log);
                        said.append("\n== ").append(log.getFileName()).append('\n');
                        said.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size())));
                    }
                }
                throw new AssertionError(said.toString());
            }
            processes.getFirst().waitFor(200, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isOk(String address) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(address).toURL().openConnection();
            if (connection instanceof HttpsURLConnection encrypted) {
                encrypted.setSSLSocketFactory(
                        SchemaRegistry.believing(secrets.resolve("tls/ca.crt")).getSocketFactory());
            }
            connection.setConnectTimeout(2_000);
            connection.setReadTimeout(5_000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> from, String name) {
        Object value = from.get(name);
        if (value == null) {
            throw new AssertionError("docker-compose.yml has no " + name + " where it is looked for");
        }
        return (Map<String, Object>) value;
    }

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            process.destroyForcibly();
        }
        for (Process process : processes) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
