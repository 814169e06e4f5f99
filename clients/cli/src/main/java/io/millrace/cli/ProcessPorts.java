package io.millrace.cli;

import io.millrace.local.Ports;
import io.millrace.local.StackException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that gives the stack's processes other ports. */
public final class ProcessPorts {

    /** The usual ones, as the option takes them and its description lists them. */
    static final class Usual implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Ports.defaults().numbers().entrySet().stream()
                    .map(port -> port.getKey() + "=" + port.getValue())
                    .iterator();
        }
    }

    @Option(
            names = "--port",
            paramLabel = "NAME=PORT",
            completionCandidates = Usual.class,
            description = "Port of a process. May be repeated. Default: ${COMPLETION-CANDIDATES}.")
    private Map<String, Integer> chosen = new LinkedHashMap<>();

    /** @throws StackException when a name or a number is none of a port */
    public Ports ports() {
        Ports ports = Ports.defaults();
        for (Map.Entry<String, Integer> port : chosen.entrySet()) {
            ports = ports.with(port.getKey(), port.getValue());
        }
        return ports;
    }
}
