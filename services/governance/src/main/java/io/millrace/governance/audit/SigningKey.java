package io.millrace.governance.audit;

import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** The key that checkpoints are signed with: two files in PEM, of which nobody but the owner may read the private one. */
record SigningKey(CheckpointKey key, String privatePem) {

    static final String FOLDER = "key";
    static final String PRIVATE = "private.pem";
    static final String PUBLIC = "public.pem";

    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /**
     * The key that lies in the folder, or a new one, which lies there then.
     *
     * @throws IllegalStateException when others may read the private one
     */
    static SigningKey in(Path folder) {
        Path keys = folder.resolve(FOLDER);
        try {
            if (!Files.exists(keys)) {
                make(folder, keys);
            }
            Path secret = keys.resolve(PRIVATE);
            if (!OWNERS.containsAll(Files.getPosixFilePermissions(secret))) {
                throw new IllegalStateException(secret + " is open to others than its owner: chmod 600");
            }
            return new SigningKey(
                    CheckpointKey.ofPem(Files.readString(keys.resolve(PUBLIC))), Files.readString(secret));
        } catch (IOException e) {
            throw new UncheckedIOException("the key in " + keys + " can't be read", e);
        }
    }

    /** Both files come into being at once: a folder that is there has both. */
    private static void make(Path folder, Path keys) throws IOException {
        Files.createDirectories(folder);
        Path made = Files.createTempDirectory(folder, FOLDER);
        KeyPair pair = pair();
        FileAttribute<?> owners = PosixFilePermissions.asFileAttribute(OWNERS);
        Path secret = Files.createFile(made.resolve(PRIVATE), owners);
        Files.writeString(secret, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                made.resolve(PUBLIC), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        Files.move(made, keys, StandardCopyOption.ATOMIC_MOVE);
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has Ed25519", e);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + what
                + "-----\n";
    }

    /** Its private half stays in here. */
    @Override
    public String toString() {
        return "SigningKey";
    }
}
