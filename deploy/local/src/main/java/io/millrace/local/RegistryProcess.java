package io.millrace.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The schema registry as a process of its own, with its schemas in files. */
public final class RegistryProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Process process;
    private final int port;

    private RegistryProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a registry that ends with this JVM, and returns when it serves.
     *
     * @param root where Millrace lies
     * @param folder takes its schemas and its log
     */
    public static RegistryProcess start(Path root, Path folder, int port, int managementPort) {
        try {
            Files.createDirectories(folder);
            Path log = folder.resolve("registry.log");
            Process process = new ProcessBuilder(command(ChildJvm.in(folder), root, folder, port, managementPort, null))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            RegistryProcess registry = new RegistryProcess(process, port);
            registry.awaitHealth(managementPort, log);
            return registry;
        } catch (IOException e) {
            throw new StackException("can't start the schema registry: " + e, e);
        }
    }

    /** Base address of the Confluent API. */
    public URI url() {
        return url(port, null);
    }

    @Override
    public void close() {
        // By its handle: Process.destroy also closes the pipe that its parent watch takes for this process's life.
        process.toHandle().destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** @param tls null where connections aren't encrypted */
    static URI url(int port, @Nullable TlsFiles tls) {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port + "/apis/ccompat/v7");
    }

    static URI health(int managementPort) {
        return URI.create("http://127.0.0.1:" + managementPort + "/health/ready");
    }

    static List<String> command(
            ChildJvm jvm, Path root, Path folder, int port, int managementPort, @Nullable TlsFiles tls) {
        Path program = root.resolve("deploy/local/target/registry/quarkus-run.jar");
        if (!Files.isRegularFile(program)) {
            throw new StackException("the schema registry is not unpacked in " + program.getParent()
                    + "; build with ./millrace or mvn package");
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("-Dquarkus.http.host=127.0.0.1");
        arguments.add("-Dquarkus.http.port=" + port);
        if (tls != null) {
            arguments.add("-Dquarkus.http.ssl-port=" + port);
            arguments.add("-Dquarkus.http.insecure-requests=disabled");
            arguments.add("-Dquarkus.http.ssl.certificate.files=" + tls.certificate());
            arguments.add("-Dquarkus.http.ssl.certificate.key-files=" + tls.key());
        }
        arguments.add("-Dquarkus.management.host=127.0.0.1");
        arguments.add("-Dquarkus.management.port=" + managementPort);
        arguments.add("-Dapicurio.datasource.jdbc.initial-size=2");
        arguments.add("-Dapicurio.datasource.jdbc.min-size=2");
        arguments.add("-Dapicurio.datasource.jdbc.max-size=10");
        arguments.add(
                "-Dapicurio.datasource.url=jdbc:h2:file:" + folder.resolve("registry") + ";DB_CLOSE_ON_EXIT=FALSE");
        arguments.add("-jar");
        arguments.add(program.toString());
        return jvm.command(List.of("-Xmx160m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), arguments);
    }

    private void awaitHealth(int managementPort, Path log) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        Probe probe = Probe.http(health(managementPort));
        try {
            while (!probe.answers()) {
                if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                    close();
                    throw new StackException(
                            "the schema registry did not start; its log ends with\n" + LogTail.of(log, 15));
                }
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the schema registry started", e);
        }
    }
}
