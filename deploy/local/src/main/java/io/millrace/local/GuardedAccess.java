package io.millrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.jspecify.annotations.Nullable;

/** SCRAM for clients; for the broker's own connections to itself a password that nobody else ever learns. */
final class GuardedAccess extends BrokerAccess {

    private static final String INNER = "INNER";
    private static final String INNER_USER = "broker";
    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    private static final Duration LEARNED_WITHIN = Duration.ofSeconds(30);

    private final Credentials credentials;
    private final @Nullable TlsFiles tls;
    private final String innerPassword = Credentials.newSecret();

    GuardedAccess(Credentials credentials, @Nullable TlsFiles tls) {
        this.credentials = credentials;
        this.tls = tls;
    }

    @Override
    Properties settings(int clientPort, int controllerPort, int innerPort) {
        Properties p = new Properties();
        String clients = CLIENTS + "://127.0.0.1:" + clientPort;
        String inner = INNER + "://127.0.0.1:" + innerPort;
        p.setProperty("listeners", clients + "," + inner + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", clients + "," + inner);
        p.setProperty("inter.broker.listener.name", INNER);
        p.setProperty(
                "listener.security.protocol.map",
                CLIENTS + ":" + (tls == null ? "SASL_PLAINTEXT" : "SASL_SSL") + "," + INNER + ":SASL_PLAINTEXT,"
                        + CONTROLLER + ":SASL_PLAINTEXT");
        p.setProperty("listener.name.clients.sasl.enabled.mechanisms", Credentials.MECHANISM);
        p.setProperty(
                "listener.name.clients.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        for (String listener : List.of(INNER, CONTROLLER)) {
            String prefix = "listener.name." + listener.toLowerCase(Locale.ROOT) + ".";
            p.setProperty(prefix + "sasl.enabled.mechanisms", "PLAIN");
            p.setProperty(prefix + "plain.sasl.jaas.config", innerLogin(true));
        }
        p.setProperty("sasl.mechanism.inter.broker.protocol", "PLAIN");
        p.setProperty("sasl.mechanism.controller.protocol", "PLAIN");
        p.setProperty("listener.name.inner.num.network.threads", "1");

        p.setProperty("authorizer.class.name", StandardAuthorizer.class.getName());
        p.setProperty("super.users", "User:" + INNER_USER + ";User:" + Credentials.OPERATOR);
        p.setProperty("allow.everyone.if.no.acl.found", "false");
        if (tls != null) {
            p.setProperty("listener.name.clients.ssl.keystore.type", "PEM");
            p.setProperty("listener.name.clients.ssl.keystore.certificate.chain", TlsFiles.text(tls.certificate()));
            p.setProperty("listener.name.clients.ssl.keystore.key", TlsFiles.text(tls.key()));
        }
        return p;
    }

    @Override
    List<String> firstUsers() {
        List<String> users = new ArrayList<>();
        credentials
                .passwords()
                .forEach((user, password) -> users.add(Credentials.MECHANISM + "=[name=" + user + ",password="
                        + password + ",iterations=" + PasswordSetup.ITERATIONS + "]"));
        return users;
    }

    @Override
    void formatted(Path folder) {
        note(folder);
    }

    @Override
    void started(Path folder, int innerPort, SingleNode server) {
        if (isNoted(folder)) {
            return;
        }
        Map<String, Object> inner = new HashMap<>();
        inner.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + innerPort);
        inner.put(AdminClientConfig.CLIENT_ID_CONFIG, "passwords");
        inner.put("security.protocol", "SASL_PLAINTEXT");
        inner.put("sasl.mechanism", "PLAIN");
        inner.put("sasl.jaas.config", innerLogin(false));
        try (Admin admin = Admin.create(inner)) {
            byte[] salt = PasswordSetup.apply(admin, credentials);
            // The controller has them; the broker learns of them a moment later.
            long deadline = System.nanoTime() + LEARNED_WITHIN.toNanos();
            for (String user : credentials.passwords().keySet()) {
                while (!Arrays.equals(server.saltOf(user), salt)) {
                    if (System.nanoTime() > deadline) {
                        throw new StackException("the broker does not take over its users' passwords");
                    }
                    Thread.sleep(5);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the broker was told its users' passwords", e);
        }
        note(folder);
    }

    @Override
    void permit(Admin operator) {
        AclSetup.apply(operator);
    }

    @Override
    Map<String, String> client(String user) {
        return credentials.client(user, tls);
    }

    private String innerLogin(boolean server) {
        String login = PLAIN + " username=\"" + INNER_USER + "\" password=\"" + innerPassword + "\"";
        return login + (server ? " user_" + INNER_USER + "=\"" + innerPassword + "\";" : ";");
    }

    private static Path noted(Path folder) {
        return folder.resolve("passwords.sha256");
    }

    private boolean isNoted(Path folder) {
        try {
            return Files.isRegularFile(noted(folder))
                    && Files.readString(noted(folder)).strip().equals(credentials.fingerprint());
        } catch (IOException e) {
            throw new StackException("can't read " + noted(folder) + ": " + e, e);
        }
    }

    private void note(Path folder) {
        try {
            PrivateFiles.replace(noted(folder), credentials.fingerprint() + "\n");
        } catch (IOException e) {
            throw new StackException("can't write " + noted(folder) + ": " + e, e);
        }
    }

    @Override
    public String toString() {
        return "guarded by " + credentials;
    }
}
