package io.millrace.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Whom an {@link EmbeddedBroker} lets in, by which door, and what of it the broker is told. */
public abstract sealed class BrokerAccess permits GuardedAccess, BrokerAccess.Open {

    static final String CLIENTS = "CLIENTS";
    static final String CONTROLLER = "CONTROLLER";

    /** Nobody is asked who he is, and everybody may do everything: to measure what asking costs. */
    public static BrokerAccess open() {
        return new Open();
    }

    /**
     * Clients prove who they are and may do what they were permitted, nothing else; the operator may do everything.
     *
     * @param tls null for connections that aren't encrypted
     */
    public static BrokerAccess guarded(Credentials credentials, @Nullable TlsFiles tls) {
        return new GuardedAccess(credentials, tls);
    }

    /** How the broker listens; all doors are on the loopback address. */
    abstract Properties settings(int clientPort, int controllerPort, int innerPort);

    /** Users that are there from the broker's first start on, as Kafka's formatter wants them told. */
    abstract List<String> firstUsers();

    /** Called when a broker's folder was made ready with {@link #firstUsers}. */
    abstract void formatted(Path folder);

    /** Called when the broker serves: tells it of passwords that changed since it was told last. */
    abstract void started(Path folder, int innerPort, SingleNode server);

    /** Permits each principal what the topics say of it. */
    abstract void permit(Admin operator);

    /** How a client proves that it is this user. */
    abstract Map<String, String> client(String user);

    /** No authority at all. */
    static final class Open extends BrokerAccess {

        @Override
        Properties settings(int clientPort, int controllerPort, int innerPort) {
            Properties p = new Properties();
            String address = CLIENTS + "://127.0.0.1:" + clientPort;
            p.setProperty("listeners", address + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
            p.setProperty("advertised.listeners", address);
            p.setProperty("inter.broker.listener.name", CLIENTS);
            p.setProperty("listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
            return p;
        }

        @Override
        List<String> firstUsers() {
            return List.of();
        }

        @Override
        void formatted(Path folder) {}

        @Override
        void started(Path folder, int innerPort, SingleNode server) {}

        @Override
        void permit(Admin operator) {}

        @Override
        Map<String, String> client(String user) {
            return Map.of();
        }
    }
}
