package io.millrace.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who may ask the services over HTTP, as what: a file that only its owner can read, a line {@code NAME ROLE TOKEN} each.
 * Whoever runs the stack administers it; more people are more lines. Services are told the tokens' digests and nothing
 * else.
 */
final class Tokens {

    private record Entry(String role, String token) {}

    private static final String HEADER =
            "# Who may ask the services over HTTP: NAME ROLE TOKEN. Roles: viewer, user, manager, admin. Read by 'up'.\n";

    private final Map<String, Entry> entries;
    private final String self;

    private Tokens(Map<String, Entry> entries, String self) {
        this.entries = entries;
        this.self = self;
    }

    /**
     * Reads a folder's, after making those that are missing.
     *
     * @param user who runs the stack, by his name on this machine
     */
    static Tokens in(Path folder, String user) {
        Path file = folder.resolve("tokens");
        String self = user.replaceAll("[^A-Za-z0-9._-]", "_");
        try {
            Map<String, Entry> entries = Files.exists(file) ? parse(file) : new LinkedHashMap<>();
            int before = entries.size();
            entries.computeIfAbsent(self, name -> new Entry("admin", Credentials.newSecret()));
            if (before == 0) {
                for (String role : List.of("viewer", "user", "manager")) {
                    entries.computeIfAbsent(role, name -> new Entry(role, Credentials.newSecret()));
                }
            }
            if (entries.size() > before) {
                PrivateFiles.folder(folder);
                PrivateFiles.replace(
                        file,
                        HEADER
                                + entries.entrySet().stream()
                                        .map(line -> line.getKey() + " "
                                                + line.getValue().role() + " "
                                                + line.getValue().token() + "\n")
                                        .collect(Collectors.joining()));
            }
            return new Tokens(entries, self);
        } catch (IOException e) {
            throw new StackException("can't read or write " + file + ": " + e, e);
        }
    }

    private static Map<String, Entry> parse(Path file) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!line.strip().matches("[A-Za-z0-9._-]+ +(viewer|user|manager|admin) +[A-Za-z0-9_.~-]{16,}")) {
                throw new StackException(
                        file + ", line " + number + ", is not NAME ROLE TOKEN: a name of letters, digits"
                                + " and ._-, one of viewer, user, manager and admin, and at least 16 letters, digits and -_.~");
            }
            String[] parts = line.strip().split(" +", -1);
            if (entries.put(parts[0], new Entry(parts[1], parts[2])) != null) {
                throw new StackException(file + ", line " + number + ": there is a " + parts[0] + " already");
            }
        }
        return entries;
    }

    /** That of whoever runs the stack. */
    String own() {
        Entry entry = entries.get(self);
        if (entry == null) {
            throw new IllegalStateException("there is always one of " + self);
        }
        return entry.token();
    }

    /** What a service is told: {@code NAME=ROLE=SHA-256} each. */
    String digests() {
        return entries.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().role() + "="
                        + sha256(entry.getValue().token()))
                .collect(Collectors.joining(","));
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "tokens of " + String.join(", ", entries.keySet());
    }
}
