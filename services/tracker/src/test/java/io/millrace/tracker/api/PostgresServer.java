package io.millrace.tracker.api;

import io.millrace.local.Ports;
import io.millrace.tracker.store.Database;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL of the tests' own, where one is installed: on the PATH, where Debian has it, or where
 * {@code MILLRACE_POSTGRES} says.
 */
final class PostgresServer implements AutoCloseable {

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final String ROOT = "root";
    private static final String USER = "postgres";
    private static final int PATIENCE_S = 120;

    private final Path bin;
    private final Path folder;
    private final int port;

    private PostgresServer(Path bin, Path folder, int port) {
        this.bin = bin;
        this.folder = folder;
        this.port = port;
    }

    /** Skips the test where there is none. */
    static PostgresServer start() {
        Path bin = find();
        Assumptions.assumeTrue(
                bin != null,
                "no PostgreSQL is installed here (no initdb on the PATH); MILLRACE_POSTGRES=BIN_FOLDER says where one is");
        try {
            Path folder = Files.createTempDirectory("millrace-postgres-");
            PostgresServer server = new PostgresServer(bin, folder, Ports.freePort());
            if (isRoot()) {
                // It refuses to run as root.
                Files.setOwner(
                        folder,
                        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            server.run("initdb", "-D", server.data(), "-U", "tracker", "-A", "trust", "-E", "UTF8", "--no-sync");
            server.run(
                    "pg_ctl",
                    "-D",
                    server.data(),
                    "-w",
                    "-l",
                    folder.resolve("log").toString(),
                    "-o",
                    "-p " + server.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off",
                    "start");
            return server;
        } catch (IOException e) {
            return Assumptions.abort("PostgreSQL is installed, but can't be started here: " + e);
        }
    }

    private static boolean isRoot() {
        return ROOT.equals(System.getProperty("user.name"));
    }

    private static @Nullable Path find() {
        List<Path> places = new ArrayList<>();
        String named = System.getenv("MILLRACE_POSTGRES");
        if (named != null) {
            places.add(Path.of(named));
        }
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            places.add(Path.of(place));
        }
        if (Files.isDirectory(DEBIAN)) {
            try (Stream<Path> versions = Files.list(DEBIAN)) {
                versions.sorted(Comparator.reverseOrder()).forEach(version -> places.add(version.resolve("bin")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return places.stream()
                .filter(place ->
                        Files.isExecutable(place.resolve("initdb")) && Files.isExecutable(place.resolve("pg_ctl")))
                .findFirst()
                .orElse(null);
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    Database.Place place() {
        return new Database.Place("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "tracker", "", 16);
    }

    private void run(String command, String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        if (isRoot()) {
            line.addAll(List.of("runuser", "-u", USER, "--"));
        }
        line.add(bin.resolve(command).toString());
        line.addAll(List.of(arguments));
        Path out = Files.createTempFile("millrace-postgres-", ".out");
        try {
            Process process = new ProcessBuilder(line)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(command + " did not succeed: " + Files.readString(out));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.delete(out);
        }
    }

    @Override
    public void close() {
        try {
            run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
