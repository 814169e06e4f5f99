package io.millrace.streams.decider;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Hash of a state made of entities: the sum, mod 2^256, of the SHA-256 of every entity's key and bytes. Independent of
 * the order in which entities came to be, and cheap to keep current.
 */
public final class StateHash {

    private static final Digest ONE = new Digest(0, 0, 0, 1);

    /** The SHA-256 of an entity, as four words, the highest first. */
    record Digest(long first, long second, long third, long fourth) {}

    private final MessageDigest sha256 = sha256();
    private long first;
    private long second;
    private long third;
    private long fourth;

    public void add(String key, byte[] entity) {
        add(digest(key, entity));
    }

    public void remove(String key, byte[] entity) {
        remove(digest(key, entity));
    }

    void add(Digest digest) {
        fourth += digest.fourth;
        long carry = Long.compareUnsigned(fourth, digest.fourth) < 0 ? 1 : 0;
        long sum = third + carry;
        carry = Long.compareUnsigned(sum, carry) < 0 ? 1 : 0;
        third = sum + digest.third;
        carry += Long.compareUnsigned(third, digest.third) < 0 ? 1 : 0;
        sum = second + carry;
        carry = Long.compareUnsigned(sum, carry) < 0 ? 1 : 0;
        second = sum + digest.second;
        carry += Long.compareUnsigned(second, digest.second) < 0 ? 1 : 0;
        first += carry + digest.first;
    }

    /** Adds the digest's complement to two: its words inverted, and one. */
    void remove(Digest digest) {
        add(new Digest(~digest.first, ~digest.second, ~digest.third, ~digest.fourth));
        add(ONE);
    }

    /** 64 lower-case hex digits. */
    public String hex() {
        HexFormat digits = HexFormat.of();
        return digits.toHexDigits(first)
                + digits.toHexDigits(second)
                + digits.toHexDigits(third)
                + digits.toHexDigits(fourth);
    }

    Digest digest(String key, byte[] entity) {
        sha256.update(key.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        ByteBuffer words = ByteBuffer.wrap(sha256.digest(entity));
        return new Digest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
