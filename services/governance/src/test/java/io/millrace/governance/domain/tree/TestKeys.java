package io.millrace.governance.domain.tree;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** A new pair of keys, in PEM. */
public record TestKeys(String privatePem, String publicPem) {

    public static TestKeys make() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new TestKeys(
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                    pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + what
                + "-----\n";
    }

    public CheckpointKey key() {
        return CheckpointKey.ofPem(publicPem);
    }
}
