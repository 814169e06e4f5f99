package io.millrace.local;

import io.millrace.streams.SchemaRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Asks a process whether it serves. */
@FunctionalInterface
interface Probe {

    int TIMEOUT_MS = 2_000;

    boolean answers();

    /** Serves when an address answers 200. */
    static Probe http(URI address) {
        return http(address, null);
    }

    /** @param authority PEM file of whom to believe that the address is what it should be, where it is encrypted */
    static Probe http(URI address, @Nullable Path authority) {
        SSLSocketFactory believing =
                authority == null ? null : SchemaRegistry.believing(authority).getSocketFactory();
        return () -> {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) address.toURL().openConnection();
                if (connection instanceof HttpsURLConnection encrypted && believing != null) {
                    encrypted.setSSLSocketFactory(believing);
                }
                connection.setConnectTimeout(TIMEOUT_MS);
                connection.setReadTimeout(TIMEOUT_MS);
                try {
                    return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
                } finally {
                    connection.disconnect();
                }
            } catch (IOException e) {
                return false;
            }
        };
    }

    /** Serves as long as there is a file with the pid of a process that lives. */
    static Probe pidFile(Path file) {
        return () -> {
            try {
                String pid = Files.readString(file).strip();
                return pid.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid))
                                .map(ProcessHandle::isAlive)
                                .orElse(false);
            } catch (IOException e) {
                return false;
            }
        };
    }

    /** Serves when a port accepts connections. */
    static Probe tcp(int port) {
        return () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
                return true;
            } catch (IOException e) {
                return false;
            }
        };
    }
}
