package io.millrace.governance.domain.tree;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Signed checkpoints: a note as C2SP's signed-note has it, the checkpoint's text, an empty line, and one line for each
 * signature, by Ed25519. Keys are read from PEM, as {@code openssl genpkey -algorithm ed25519} writes it.
 */
public final class CheckpointKey {

    private static final String ALGORITHM = "Ed25519";
    private static final byte ED25519 = 1;
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 4;
    private static final String SIGNED_BY = "\u2014 ";

    private final PublicKey key;

    private CheckpointKey(PublicKey key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException when it is no public key of Ed25519 in PEM */
    public static CheckpointKey ofPem(String pem) {
        try {
            return new CheckpointKey(
                    KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der(pem, "PUBLIC KEY"))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this is no public key of Ed25519", e);
        }
    }

    private static byte[] der(String pem, String what) {
        String begin = "-----BEGIN " + what + "-----";
        String end = "-----END " + what + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("a key is a PEM file with " + begin);
        }
        return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
    }

    /** The key as C2SP writes keys that verify: {@code origin+id+base64}. */
    public String verifierKey(String origin) {
        byte[] id = id(origin);
        byte[] typed = new byte[KEY_BYTES + 1];
        typed[0] = ED25519;
        System.arraycopy(raw(), 0, typed, 1, KEY_BYTES);
        return origin + "+" + HexFormat.of().formatHex(id) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /**
     * Signs with the private half of this key.
     *
     * @param privatePem PKCS 8
     * @throws IllegalArgumentException when it is no private key, or that of another
     */
    public String sign(Checkpoint checkpoint, String privatePem) {
        String text = checkpoint.text();
        try {
            PrivateKey secret = KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(der(privatePem, "PRIVATE KEY")));
            Signature signing = Signature.getInstance(ALGORITHM);
            signing.initSign(secret);
            signing.update(text.getBytes(StandardCharsets.UTF_8));
            byte[] signature = signing.sign();
            if (!verifies(text, signature)) {
                throw new IllegalArgumentException("the private key and the public key are no pair");
            }
            byte[] signed = new byte[ID_BYTES + signature.length];
            System.arraycopy(id(checkpoint.origin()), 0, signed, 0, ID_BYTES);
            System.arraycopy(signature, 0, signed, ID_BYTES, signature.length);
            return text + "\n" + SIGNED_BY + checkpoint.origin() + " "
                    + Base64.getEncoder().encodeToString(signed) + "\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this is no private key of Ed25519", e);
        }
    }

    /**
     * The checkpoint of a note that this key signed.
     *
     * @throws IllegalArgumentException when it is no such note, or the signature does not hold
     */
    public Checkpoint open(String note) {
        int end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("a signed checkpoint is a text, an empty line, and signatures");
        }
        String text = note.substring(0, end + 1);
        Checkpoint checkpoint = Checkpoint.parse(text);
        String own = SIGNED_BY + checkpoint.origin() + " ";
        for (String line : note.substring(end + 2).split("\n")) {
            if (line.startsWith(own)) {
                byte[] signed = Hash.base64(line.substring(own.length()));
                if (signed.length > ID_BYTES
                        && Arrays.equals(Arrays.copyOf(signed, ID_BYTES), id(checkpoint.origin()))
                        && verifies(text, Arrays.copyOfRange(signed, ID_BYTES, signed.length))) {
                    return checkpoint;
                }
            }
        }
        throw new IllegalArgumentException("the checkpoint of " + checkpoint.origin() + " is not signed by this key");
    }

    private boolean verifies(String text, byte[] signature) {
        try {
            Signature verifying = Signature.getInstance(ALGORITHM);
            verifying.initVerify(key);
            verifying.update(text.getBytes(StandardCharsets.UTF_8));
            return verifying.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // of a wrong length
        }
    }

    private byte[] id(String origin) {
        MessageDigest digest = Hash.sha256();
        digest.update((origin + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(ED25519);
        return Arrays.copyOf(digest.digest(raw()), ID_BYTES);
    }

    private byte[] raw() {
        byte[] encoded = key.getEncoded(); // X.509: the key itself is at the end
        return Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    }
}
