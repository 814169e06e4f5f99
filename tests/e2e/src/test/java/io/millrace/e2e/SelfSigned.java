package io.millrace.e2e;

import io.millrace.local.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** A certificate for 127.0.0.1 that vouches for itself, made with the JDK's own tool. */
final class SelfSigned {

    private static final String PASSWORD = "of-a-store-that-lives-for-a-moment";

    private SelfSigned() {}

    /** Makes the files for TLS in a folder. */
    static TlsFiles in(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Files.createDirectories(folder);
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=millrace",
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new AssertionError(said);
        }
        KeyStore made = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            made.load(in, PASSWORD.toCharArray());
        }
        TlsFiles files = new TlsFiles(folder);
        String certificate = pem("CERTIFICATE", made.getCertificate("server").getEncoded());
        Files.writeString(files.certificate(), certificate);
        Files.writeString(files.authority(), certificate);
        Files.writeString(
                files.key(),
                pem("PRIVATE KEY", made.getKey("server", PASSWORD.toCharArray()).getEncoded()));
        return files;
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + what
                + "-----\n";
    }
}
