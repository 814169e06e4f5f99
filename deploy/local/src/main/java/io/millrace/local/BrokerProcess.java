package io.millrace.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The broker as a process of its own. Arguments: folder, port, whether to keep everything, folder of the credentials, and
 * that of the files for TLS where connections are encrypted.
 */
public final class BrokerProcess {

    private BrokerProcess() {}

    public static void main(String[] args) {
        ProcessLogging.start();
        BrokerAccess access = BrokerAccess.guarded(
                Credentials.read(Path.of(args[3])), args.length > 4 ? new TlsFiles(Path.of(args[4])) : null);
        EmbeddedBroker broker = EmbeddedBroker.start(
                Path.of(args[0]), Integer.parseInt(args[1]), Boolean.parseBoolean(args[2]), access);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-stop"));
        broker.awaitShutdown();
    }

    static List<String> arguments(StackOptions options) {
        DataFolder data = new DataFolder(options.data());
        List<String> arguments = new ArrayList<>(List.of(
                BrokerProcess.class.getName(),
                data.broker().toString(),
                Integer.toString(options.ports().broker()),
                Boolean.toString(options.keepsEverything()),
                data.credentials().toString()));
        if (options.tls() != null) {
            arguments.add(options.tls().folder().toString());
        }
        return arguments;
    }
}
