package io.millrace.local;

import java.nio.file.Path;
import java.util.List;

/** The broker as a process of its own. Arguments: folder, port, whether to keep everything. */
public final class BrokerProcess {

    private BrokerProcess() {}

    public static void main(String[] args) {
        ProcessLogging.start();
        EmbeddedBroker broker =
                EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]), Boolean.parseBoolean(args[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-stop"));
        broker.awaitShutdown();
    }

    static List<String> arguments(StackOptions options) {
        return List.of(
                BrokerProcess.class.getName(),
                new DataFolder(options.data()).broker().toString(),
                Integer.toString(options.ports().broker()),
                Boolean.toString(options.keepsEverything()));
    }
}
