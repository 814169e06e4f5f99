package io.millrace.cli;

import io.millrace.cli.traces.CollectorException;
import io.millrace.cli.traces.OtlpSpans;
import io.millrace.cli.traces.TraceExport;
import java.io.PrintWriter;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "traces",
        description = {
            "Send what the log tells of jobs to a collector of OpenTelemetry: a trace a job, from its submission to the"
                    + " alerts about it.",
            "Sent again, a span has the same id."
        },
        mixinStandardHelpOptions = true)
final class TracesCommand implements Callable<Integer> {

    private static final long PAUSE_MS = 1000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:4318",
            description = "Where the collector listens for OTLP over HTTP. Default: ${DEFAULT-VALUE}.")
    private URI collector = URI.create("");

    @Option(names = "--job", paramLabel = "ID", description = "Only this job's trace; may be repeated.")
    private List<String> jobs = List.of();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as things happen, until interrupted.")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        String scheme = collector.getScheme();
        if (collector.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new CommandException(
                    "--to is '" + collector + "': it has to be an address such as http://127.0.0.1:4318");
        }
        Connection connection = folder.connection();
        PrintWriter out = spec.commandLine().getOut();
        try (OtlpSpans sender = new OtlpSpans(collector);
                TraceExport export = new TraceExport(
                        connection.kafkaProperties(), connection.schemas(), new HashSet<>(jobs), sender)) {
            export.toEnd();
            out.printf(
                    Locale.ROOT,
                    "Sent %,d spans to %s; %,d jobs are not over yet.%n",
                    sender.sent(),
                    collector,
                    export.open());
            out.flush();
            while (follow) {
                Thread.sleep(PAUSE_MS);
                export.toEnd();
            }
            return 0;
        } catch (CollectorException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }
}
