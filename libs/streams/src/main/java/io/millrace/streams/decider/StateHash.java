package io.millrace.streams.decider;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Hash of a state made of entities: the sum, mod 2^256, of the SHA-256 of every entity's key and bytes. Independent of
 * the order in which entities came to be, and cheap to keep current.
 */
public final class StateHash {

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);
    private static final int BYTES = 32;

    private BigInteger sum = BigInteger.ZERO;

    public void add(String key, byte[] entity) {
        sum = sum.add(digest(key, entity)).mod(MODULUS);
    }

    public void remove(String key, byte[] entity) {
        sum = sum.subtract(digest(key, entity)).mod(MODULUS);
    }

    /** 64 lower-case hex digits. */
    public String hex() {
        byte[] bytes = sum.toByteArray();
        byte[] padded = new byte[BYTES];
        int length = Math.min(bytes.length, BYTES); // a leading sign byte is cut off
        System.arraycopy(bytes, bytes.length - length, padded, BYTES - length, length);
        return HexFormat.of().formatHex(padded);
    }

    private static BigInteger digest(String key, byte[] entity) {
        MessageDigest sha256 = sha256();
        sha256.update(key.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        return new BigInteger(1, sha256.digest(entity));
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
