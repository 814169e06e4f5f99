package io.millrace.local;

import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the broker's users prove themselves with: a file each in a folder that only its owner can look into. */
public final class Credentials {

    /** Who sets up topics and permissions, and may do everything. */
    public static final String OPERATOR = "operator";

    /** Every user there is. */
    static final List<String> USERS = Stream.concat(
                    Stream.of(Principal.values()).map(Principal::userName), Stream.of(OPERATOR))
            .sorted()
            .toList();

    static final String MECHANISM = "SCRAM-SHA-512";

    private static final int SECRET_BYTES = 32;

    private final SortedMap<String, String> passwords;

    private Credentials(SortedMap<String, String> passwords) {
        this.passwords = passwords;
    }

    /** Reads a folder's, after making those that are missing. */
    public static Credentials in(Path folder) {
        try {
            PrivateFiles.folder(folder);
            for (String user : USERS) {
                Path file = folder.resolve(user);
                if (!Files.exists(file)) {
                    PrivateFiles.replace(file, newSecret() + "\n");
                }
            }
        } catch (IOException e) {
            throw new StackException("can't write the credentials in " + folder + ": " + e, e);
        }
        return read(folder);
    }

    /** Reads a folder's, all of which must be there. */
    static Credentials read(Path folder) {
        SortedMap<String, String> passwords = new TreeMap<>();
        for (String user : USERS) {
            Path file = folder.resolve(user);
            try {
                String password = Files.readString(file).strip();
                // What needs no quoting, wherever it is put.
                if (!password.matches("[A-Za-z0-9_.~-]{16,}")) {
                    throw new StackException(file + " must hold one line of at least 16 letters, digits and -_.~;"
                            + " remove the file to have a new one made");
                }
                passwords.put(user, password);
            } catch (IOException e) {
                throw new StackException("can't read the credentials of " + user + ": " + e, e);
            }
        }
        return new Credentials(Collections.unmodifiableSortedMap(passwords));
    }

    /** A new secret, in letters that need no quoting. */
    static String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    Map<String, String> passwords() {
        return passwords;
    }

    String password(String user) {
        String password = passwords.get(user);
        if (password == null) {
            throw new StackException("there is no user '" + user + "'; there are " + String.join(", ", USERS));
        }
        return password;
    }

    /**
     * How a client of this user proves itself to the broker; beside what Java's clients are told there is what others
     * read.
     *
     * @param tls how the broker's own proof is checked; null where connections aren't encrypted
     */
    public Map<String, String> client(String user, @Nullable TlsFiles tls) {
        String password = password(user);
        Map<String, String> client = new LinkedHashMap<>();
        client.put("security.protocol", tls == null ? "SASL_PLAINTEXT" : "SASL_SSL");
        client.put("sasl.mechanism", MECHANISM);
        client.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
        if (tls != null) {
            client.put("ssl.truststore.type", "PEM");
            client.put("ssl.truststore.location", tls.authority().toString());
        }
        return client;
    }

    public Map<String, String> client(Principal principal, @Nullable TlsFiles tls) {
        return client(principal.userName(), tls);
    }

    /** Changes when a password does, and tells none: each is too long to be guessed. */
    String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            passwords.forEach(
                    (user, password) -> digest.update((user + "=" + password + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "credentials of " + String.join(", ", USERS);
    }
}
