package io.millrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a stack's servers prove themselves with, as PEM files in one folder, named as Kubernetes names them: {@code
 * tls.crt} (certificates, the server's first), {@code tls.key} (its key, PKCS #8, not encrypted) and {@code ca.crt}
 * (whom clients believe).
 */
public record TlsFiles(Path folder) {

    public TlsFiles {
        folder = folder.toAbsolutePath().normalize();
    }

    public Path certificate() {
        return folder.resolve("tls.crt");
    }

    public Path key() {
        return folder.resolve("tls.key");
    }

    public Path authority() {
        return folder.resolve("ca.crt");
    }

    /** Fails where one is missing, saying what is needed. */
    void require() {
        for (Path file : new Path[] {certificate(), key(), authority()}) {
            if (!Files.isReadable(file)) {
                throw new StackException("there is no " + file + "; the folder for TLS holds tls.crt, tls.key (PKCS #8)"
                        + " and ca.crt, all PEM, for the address 127.0.0.1");
            }
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new StackException("can't read " + file + ": " + e, e);
        }
    }
}
