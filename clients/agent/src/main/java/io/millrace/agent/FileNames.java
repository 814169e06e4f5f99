package io.millrace.agent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names for files and folders out of ids that anybody may choose. */
final class FileNames {

    private static final int LONGEST = 120;

    private FileNames() {}

    /** The id itself where it will do; else as much of it as will, and a digest, so that no two ids share a name. */
    static String of(String id) {
        String plain = id.replaceAll("[^A-Za-z0-9._-]", "_");
        if (plain.equals(id) && id.length() <= LONGEST && !id.startsWith(".") && !id.isEmpty()) {
            return id;
        }
        String start =
                plain.substring(0, Math.min(plain.length(), LONGEST - 40)).replace('.', '_');
        return start + "_" + sha256(id).substring(0, 32);
    }

    /** In hexadecimal. */
    static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
