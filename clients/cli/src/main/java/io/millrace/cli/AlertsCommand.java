package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "alerts",
        description = "Print what fires; follow who is told, take an alert, or keep alerts quiet for a while.",
        mixinStandardHelpOptions = true,
        subcommands = {AlertsCommand.Tail.class, AlertsCommand.Ack.class, AlertsCommand.Silence.class})
final class AlertsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--all", description = "Also those that are over.")
    private boolean all;

    @Option(names = "--json", description = "Print the monitor's own answer.")
    private boolean json;

    @Override
    public Integer call() {
        JsonNode answer =
                ServiceClient.monitor(folder.connection()).get("/v1/alerts?state=" + (all ? "all" : "FIRING"));
        spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : text(answer));
        return 0;
    }

    static String text(JsonNode alerts) {
        if (alerts.isEmpty()) {
            return "Nothing fires.\n";
        }
        TextTable table = new TextTable(List.of("alert", "severity", "state", "since", "taken by", "what"));
        for (JsonNode alert : alerts) {
            table.row(List.of(
                    alert.path("fingerprint").asText(),
                    alert.path("severity").asText(),
                    alert.path("state").asText(),
                    alert.path("since").asText(),
                    alert.path("acknowledged_by").asText("-").replace("null", "-"),
                    alert.path("summary").asText()));
        }
        return table.text();
    }

    @Command(
            name = "tail",
            description = "Print who is told what, and go on as it happens, until interrupted.",
            mixinStandardHelpOptions = true)
    static final class Tail implements Callable<Integer> {

        private static final long PAUSE_MS = 1000;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Option(names = "--once", description = "Print what there is, and end.")
        private boolean once;

        @Override
        public Integer call() throws InterruptedException {
            ServiceClient monitor = ServiceClient.monitor(folder.connection());
            PrintWriter out = spec.commandLine().getOut();
            Set<String> told = new HashSet<>();
            while (true) {
                List<JsonNode> newest = new ArrayList<>();
                monitor.get("/v1/notifications").forEach(newest::add);
                for (JsonNode notification : newest.reversed()) {
                    if (told.add(notification.path("notification_id").asText())) {
                        out.print(line(notification));
                    }
                }
                out.flush();
                if (once) {
                    return 0;
                }
                Thread.sleep(PAUSE_MS);
            }
        }

        static String line(JsonNode notification) {
            StringBuilder text = new StringBuilder();
            text.append(notification.path("at").asText())
                    .append("  ")
                    .append(notification.path("receiver").asText())
                    .append("  ")
                    .append(notification.path("reason").asText())
                    .append('\n');
            notification
                    .path("summaries")
                    .forEach(summary ->
                            text.append("    ").append(summary.asText()).append('\n'));
            return text.toString();
        }
    }

    @Command(
            name = "ack",
            description = "Take an alert: nobody else is called for it.",
            mixinStandardHelpOptions = true)
    static final class Ack implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(paramLabel = "ALERT", description = "The alert, as 'alerts' prints it.")
        private String fingerprint = "";

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                required = true,
                description = "What you say about it; goes into the record with your name.")
        private String reason = "";

        @Override
        public Integer call() {
            ServiceClient.monitor(folder.connection())
                    .post(
                            "/v1/alerts/" + ServiceClient.encode(fingerprint) + "/acknowledgement",
                            Map.of("reason", reason));
            spec.commandLine().getOut().println("You have taken " + fingerprint + ".");
            return 0;
        }
    }

    @Command(
            name = "silence",
            description = "Tell nobody of alerts with these labels for a while; with --from, in a maintenance window."
                    + " For managers.",
            mixinStandardHelpOptions = true)
    static final class Silence implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(
                paramLabel = "LABEL=VALUE",
                arity = "1..*",
                description = "What the alerts' labels are; a value that ends in a star fits what begins so.")
        private Map<String, String> matchers = new TreeMap<>();

        @Option(
                names = "--for",
                paramLabel = "DURATION",
                required = true,
                converter = DurationText.class,
                description = "How long, for example 30m or 2h.")
        private Duration length = Duration.ZERO;

        @Option(
                names = "--from",
                paramLabel = "INSTANT",
                converter = InstantText.class,
                description = "From when on. Default: now.")
        private @Nullable Instant from;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                required = true,
                description = "Why; goes into the record with your name.")
        private String reason = "";

        @Override
        public Integer call() {
            Instant starts = from == null ? Instant.now() : from;
            Instant ends = starts.plus(length);
            Map<String, Object> form = new TreeMap<>();
            form.put("matchers", matchers);
            form.put("ends_at", ends.toString());
            form.put("reason", reason);
            if (from != null) {
                form.put("starts_at", starts.toString());
            }
            JsonNode answer = ServiceClient.monitor(folder.connection()).post("/v1/silences", form);
            spec.commandLine().getOut().println("Silence " + answer.path("id").asText() + " until " + ends + ".");
            return 0;
        }
    }
}
