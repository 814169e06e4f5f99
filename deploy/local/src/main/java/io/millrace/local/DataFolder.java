package io.millrace.local;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where things lie in a stack's data folder. */
public record DataFolder(Path path) {

    /** Marks the folder as a stack's, and records what may not change while its data lives. */
    private static final String MARKER = "millrace-stack.properties";

    public DataFolder {
        path = path.toAbsolutePath().normalize();
    }

    public Path clientProperties() {
        return path.resolve("client.properties");
    }

    /** What a client of this principal connects with, while the stack runs. */
    public Path clientProperties(String user) {
        return path.resolve(ClientProperties.FILES.getOrDefault(user, user) + ".properties");
    }

    /** Where the node that this machine is keeps what its jobs write. */
    public Path work() {
        return path.resolve("work");
    }

    public Path stackFile() {
        return path.resolve("stack.json");
    }

    public Path logs() {
        return path.resolve("logs");
    }

    public Path log(String process) {
        return logs().resolve(process + ".log");
    }

    public Path schemaCache() {
        return path.resolve("schema-cache");
    }

    /** Passwords of the broker's users and tokens for REST, a file each, which only their owner can read. */
    public Path credentials() {
        return path.resolve("credentials");
    }

    Path lockFile() {
        return path.resolve("supervisor.lock");
    }

    Path broker() {
        return path.resolve("broker");
    }

    Path registry() {
        return path.resolve("registry");
    }

    public Path state(String service) {
        return path.resolve("state").resolve(service);
    }

    public boolean isStack() {
        return Files.isRegularFile(path.resolve(MARKER));
    }

    /** Partition of each pool that this folder holds a log of; empty for a new folder. */
    public Map<String, Integer> pools() {
        Map<String, Integer> pools = new LinkedHashMap<>();
        String recorded = marker().getProperty("pools", "");
        for (String pool : recorded.isEmpty() ? List.<String>of() : List.of(recorded.split(","))) {
            int mark = pool.indexOf('=');
            pools.put(pool.substring(0, mark), Integer.parseInt(pool.substring(mark + 1)));
        }
        return pools;
    }

    /** The clock this folder's data was made with; null for a new folder. */
    public @Nullable String clock() {
        return marker().getProperty("clock");
    }

    /** When this folder's scaled time began; a restarted service goes on from there. Now, for a folder that has none. */
    Instant scaledFrom() {
        String recorded = marker().getProperty("scaled_from");
        return recorded == null ? Instant.now() : Instant.parse(recorded);
    }

    /** Makes the folder a stack's own, or checks that it fits what is asked for. */
    void claim(StackOptions options) {
        String clock = clock();
        if (clock != null && !clock.equals(options.clock())) {
            throw new StackException(
                    "the data in " + path + " was made with the clock " + clock + "; run " + options.clock()
                            + " in a folder of its own (--data DIR), or remove this one first (down --purge)");
        }
        pools().forEach((pool, partition) -> {
            if (!partition.equals(options.pools().get(pool))) {
                throw new StackException("the data in " + path + " has the log of pool " + pool + " in partition "
                        + partition + "; it has to stay there");
            }
        });
        try {
            if (clock == null && Files.isDirectory(path)) {
                try (var entries = Files.list(path)) {
                    if (entries.anyMatch(
                            entry -> !entry.getFileName().toString().startsWith(MARKER))) {
                        throw new StackException(
                                path + " holds other files; give the stack a new or empty folder with --data");
                    }
                }
            }
            Files.createDirectories(path);
            replace(
                    path.resolve(MARKER),
                    "clock=" + options.clock() + "\nscaled_from=" + scaledFrom() + "\npools="
                            + Pools.text(options.pools()) + "\n");
            Files.createDirectories(logs());
        } catch (IOException e) {
            throw new StackException("can't write the data folder " + path + ": " + e, e);
        }
    }

    /** So that no client takes a stack for one that runs. */
    void removeClientFiles() throws IOException {
        for (String user : ClientProperties.FILES.keySet()) {
            Files.deleteIfExists(clientProperties(user));
        }
    }

    /** Removes the folder with everything in it. */
    void purge() {
        if (!isStack()) {
            throw new StackException(
                    path + " is not removed: it is no data folder of a stack (it has no " + MARKER + ")");
        }
        try {
            Path marker = path.resolve(MARKER);
            List<Path> entries;
            try (Stream<Path> files = Files.list(path)) {
                entries = files.filter(entry -> !entry.equals(marker)).toList();
            }
            for (Path entry : entries) {
                deleteTree(entry);
            }
            // The marker goes last, so that a purge that was cut off can be repeated.
            Files.delete(marker);
            Files.delete(path);
        } catch (IOException e) {
            throw new StackException("can't remove " + path + ": " + e, e);
        }
    }

    /** Removes a file or folder with everything in it, if there is one; links are not followed. */
    static void deleteTree(Path top) throws IOException {
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Writes a file so that a reader sees the old text or the new one, never a part. */
    static void replace(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Properties marker() {
        Properties marker = new Properties();
        Path file = path.resolve(MARKER);
        if (Files.isRegularFile(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                marker.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return marker;
    }
}
