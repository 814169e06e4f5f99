package io.millrace.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whose a token is. Knows tokens by their digests only. */
final class BearerTokens {

    /** Somebody who has a token. */
    record Holder(String principal, Role role) {}

    private record Known(byte[] sha256, Holder holder) {}

    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    private final List<Known> known;

    /**
     * @param entries {@code PRINCIPAL=ROLE=SHA-256 in hex} each
     * @throws IllegalArgumentException when one is none such
     */
    BearerTokens(List<String> entries) {
        known = entries.stream().map(BearerTokens::parse).toList();
    }

    private static Known parse(String entry) {
        String[] parts = entry.strip().split("=", -1);
        if (parts.length != 3 || parts[0].isBlank() || !SHA256.matcher(parts[2]).matches()) {
            throw new IllegalArgumentException("millrace.tokens: each is PRINCIPAL=ROLE=SHA-256 of the token, in hex");
        }
        try {
            return new Known(HexFormat.of().parseHex(parts[2]), new Holder(parts[0], Role.of(parts[1])));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("millrace.tokens: " + e.getMessage(), e);
        }
    }

    /** Null for a token that nobody has. Takes as long for each. */
    @Nullable
    Holder holderOf(String token) {
        byte[] sha256 = sha256(token);
        Holder found = null;
        for (Known one : known) {
            if (MessageDigest.isEqual(one.sha256(), sha256)) {
                found = one.holder();
            }
        }
        return found;
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
