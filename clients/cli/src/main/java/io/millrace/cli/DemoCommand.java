package io.millrace.cli;

import io.millrace.cli.audit.ReadLog;
import io.millrace.cli.audit.Sources;
import io.millrace.cli.demo.AuditOutcome;
import io.millrace.cli.demo.CostOutcome;
import io.millrace.cli.demo.DemoReport;
import io.millrace.cli.demo.ModelAudit;
import io.millrace.cli.demo.ModelOutcome;
import io.millrace.cli.demo.PlayAudit;
import io.millrace.cli.demo.ProgressLine;
import io.millrace.cli.demo.SharedCluster;
import io.millrace.cli.demo.TracePolicy;
import io.millrace.local.DataFolder;
import io.millrace.local.LocalStack;
import io.millrace.local.Pools;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackException;
import io.millrace.local.StackOptions;
import io.millrace.scheduler.replay.Replay;
import io.millrace.simulator.play.KafkaWire;
import io.millrace.simulator.play.Play;
import io.millrace.simulator.play.PlayException;
import io.millrace.simulator.play.PlayOptions;
import io.millrace.simulator.play.PlaySummary;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.Trace;
import io.millrace.simulator.trace.TraceException;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.traffic.Answer;
import io.millrace.simulator.traffic.AnswerFile;
import io.millrace.simulator.traffic.ModelTraffic;
import io.millrace.simulator.traffic.Story;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts a stack of its own, plays a trace through it as fast as the stack can, and checks what came of it. */
@Command(
        name = "demo",
        description = "Start a stack of its own, play a real GPU trace through it, and sum up. The stack stays up.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String PLAY_ID = "demo";
    private static final String TRACES = "clients/simulator/traces/";
    private static final String TRACE = TRACES + "venus_sept_vcvGl_vcvlY.csv";
    private static final String CLUSTER = TRACES + "venus-demo.cluster.json";
    private static final String DAYS = "12-14";
    private static final Pattern SPAN = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final String ANSWERS = TRACES + "sea_predictions.csv.gz";
    private static final Duration ACCOUNTS_FOLLOW = Duration.ofSeconds(30);
    private static final Duration AUDIT_FOLLOWS = Duration.ofMinutes(2);
    private static final Duration MONITOR_FOLLOWS = Duration.ofSeconds(90);
    private static final long MS_PER_MINUTE = 60_000;
    private static final long MS_PER_HOUR = 60 * MS_PER_MINUTE;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--exit", description = "Stop the stack at the end.")
    private boolean exit;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the summary as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Data folder. What an earlier demo left in it is removed. Default: .millrace/demo where Millrace lies.")
    private @Nullable Path data;

    @Mixin
    private ProcessPorts ports = new ProcessPorts();

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description = "millrace, fifo-strict, fifo-skip, sjf-strict or sjf-skip. Default: ${DEFAULT-VALUE}.")
    private String policy = "fifo-strict";

    @Option(names = "--trace", paramLabel = "FILE", description = "Another trace, CSV or CSV.gz; needs --cluster.")
    private @Nullable Path trace;

    @Option(names = "--cluster", paramLabel = "FILE", description = "The cluster it runs on, JSON.")
    private @Nullable Path cluster;

    @Option(
            names = "--days",
            paramLabel = "A-B",
            description = "Only jobs submitted on these days of the trace, counted from 0. Default: " + DAYS
                    + " of the shipped trace, all of another one.")
    private @Nullable String days;

    @Option(
            names = "--shared",
            description = "Let all teams use the whole cluster, each with a share as large as what it had for itself.")
    private boolean shared;

    @Override
    public Integer call() {
        long startedAt = startedAt();
        PrintWriter out = spec.commandLine().getOut();
        Path root = ProjectRoot.find();
        try {
            TracePolicy tracePolicy = TracePolicy.read(root.resolve("policies/trace.yaml"), policy);
            Cluster apart = cluster(root);
            SharedCluster together = shared ? SharedCluster.of(apart) : null;
            Cluster played = together == null ? apart : together.cluster();
            List<TraceJob> jobs = jobs(root);
            PlayOptions play = new PlayOptions(
                    PLAY_ID, jobs, played, tracePolicy.statedLimitsMs(), List.of(), PlayOptions.PATIENCE);
            StackOptions stack = stack(root, played);
            tracePolicy.write(stack.policyFile());
            if (together != null && !together.shares().isEmpty()) {
                stack = stack.withOrgFile(beside(stack.data(), "-org.yaml"));
                together.writeOrg(beside(stack.data(), "-org.yaml"));
            }
            Story story = Story.of(AnswerFile.read(root.resolve(ANSWERS)), nextHour(jobs));
            return run(stack, play, story, together == null ? Map.of() : together.shares(), startedAt, out);
        } catch (TraceException | PlayException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    /** Windows of the monitor begin with the hour, and so does a model that is played. */
    private static long nextHour(List<TraceJob> jobs) {
        long first = jobs.stream().mapToLong(TraceJob::submitMs).min().orElse(0);
        return Math.ceilDiv(first, MS_PER_HOUR) * MS_PER_HOUR;
    }

    private int run(
            StackOptions stack,
            PlayOptions play,
            Story story,
            Map<String, Integer> shares,
            long startedAt,
            PrintWriter out) {
        String made = new DataFolder(stack.data()).clock();
        if (made != null && !made.equals(stack.clock())) {
            throw new CommandException(stack.data() + " is the folder of a stack on the clock '" + made
                    + "', not of an earlier demo; name another with --data");
        }
        LocalStack.down(stack.data(), true);
        say(out, "Starting a stack in " + stack.data() + " ...");
        Thread onInterrupt = new Thread(() -> LocalStack.down(stack.data(), false), "stop-demo");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        boolean stopped = false;
        try {
            LocalStack.up(stack, line -> say(out, "  " + line));
            say(
                    out,
                    "Playing " + play.jobs().size() + " jobs under " + policy + ", and a model that answers "
                            + story.answers().size() + " times ...");
            DemoReport report = play(stack, play, story, shares, startedAt, out);
            print(report, out);
            if (exit) {
                LocalStack.down(stack.data(), false);
                stopped = true;
            } else {
                whereToLook(stack, play, out);
            }
            report.faults().forEach(fault -> say(out, "FAULT: " + fault));
            return report.faults().isEmpty() ? 0 : 1;
        } finally {
            if (exit && !stopped) {
                LocalStack.down(stack.data(), false);
            }
            stay(onInterrupt);
        }
    }

    private static DemoReport play(
            StackOptions stack,
            PlayOptions options,
            Story story,
            Map<String, Integer> shares,
            long startedAt,
            PrintWriter out) {
        Connection connection = Connection.ofStack(stack.data());
        Connection simulator = Connection.ofStack(stack.data(), Principal.SIMULATOR);
        SchemaRegistry registry = connection.schemas();
        AtomicLong playingAt = new AtomicLong();
        ProgressLine progress = new ProgressLine(out, Ansi.AUTO.enabled(), System::nanoTime);
        refer(story, ServiceClient.monitor(connection));
        long began = System.nanoTime();
        double seconds;
        PlaySummary summary;
        ModelOutcome model;
        try (KafkaWire wire = KafkaWire.connect(simulator.kafkaProperties(), registry);
                ModelTraffic traffic = new ModelTraffic(story, connection.kafkaProperties(), registry);
                ModelAudit audit = new ModelAudit(story, connection, registry)) {
            Play play = new Play(options, wire, step -> {
                if (step.cycles() > 0) {
                    playingAt.compareAndSet(0, System.currentTimeMillis());
                }
                traffic.until(step.nowMs());
                progress.accept(step);
            });
            summary = play.run();
            seconds = (System.nanoTime() - began) / 1e9;
            traffic.rest();
            AtomicLong now = new AtomicLong(Math.max(summary.toMs(), traffic.endsMs()));
            model = audit.outcome(MONITOR_FOLLOWS, () -> play.passTo(now.addAndGet(MS_PER_MINUTE)));
        } finally {
            progress.end();
        }
        say(out, "Deciding every cycle again from its recorded inputs ...");
        PlayAudit audit = new PlayAudit(connection, registry);
        long accounted = audit.gpuMsAccounted(summary.gpuMsPlayed(), ACCOUNTS_FOLLOW);
        long equal =
                Replay.run(connection.kafkaProperties(), registry, null, null).equal();
        say(out, "Looking for every record of it in the audit log ...");
        return new DemoReport(
                (playingAt.get() - startedAt) / 1e3,
                seconds,
                summary,
                accounted,
                equal,
                audit.deadLetters(),
                model,
                logged(stack, connection, registry),
                CostOutcome.of(LogCosts.read(connection, registry, LogCosts.prices(null)), summary),
                shares.isEmpty() ? Map.of() : SharesOverTime.of(audit.stays(), shares));
    }

    private static AuditOutcome logged(StackOptions stack, Connection connection, SchemaRegistry registry) {
        Map<String, Object> client = connection.kafkaProperties();
        try {
            return AuditOutcome.of(
                    () -> ReadLog.of(client, registry, AuditOptions.LOG_ID),
                    AuditOptions.readKey(AuditOptions.stackKey(stack.data())),
                    new Sources(client),
                    AUDIT_FOLLOWS);
        } catch (IOException e) {
            throw new CommandException("can't read the audit log's key: " + e.getMessage(), e);
        }
    }

    /** Says what is normal of the model, as whoever trained it would. */
    private static void refer(Story story, ServiceClient monitor) {
        Map<String, List<Double>> features = new TreeMap<>();
        for (Answer answer : story.reference()) {
            answer.features()
                    .forEach((name, value) -> features.computeIfAbsent(name, key -> new ArrayList<>())
                            .add(value));
            features.computeIfAbsent("@score", key -> new ArrayList<>()).add(answer.score());
        }
        Map<String, Object> reference = Map.of(
                "reference_id",
                "training",
                "effective_from",
                Instant.ofEpochMilli(story.fromMs()).toString(),
                "source",
                ANSWERS,
                "features",
                features);
        monitor.put("/v1/models/" + Story.KEY + "/reference", reference);
    }

    private void print(DemoReport report, PrintWriter out) {
        say(out, "");
        say(out, report.table());
        if (json != null) {
            try {
                Path file = json.toAbsolutePath();
                Files.createDirectories(file.getParent());
                Files.writeString(file, report.json());
            } catch (IOException e) {
                throw new CommandException("can't write " + json + ": " + e.getMessage(), e);
            }
        }
    }

    private void whereToLook(StackOptions stack, PlayOptions play, PrintWriter out) {
        DataFolder folder = new DataFolder(stack.data());
        String scheduler =
                Connection.ofStack(stack.data()).serviceUrl("scheduler").toString();
        String here = " --data " + stack.data();
        TextTable table = new TextTable(List.of("to look at", "where"));
        table.row(List.of(
                "scheduler",
                scheduler + "/v1/queue, /v1/jobs, /v1/nodes, /v1/usage; with the header Authorization: Bearer TOKEN"));
        table.row(List.of("metrics", scheduler + "/q/metrics"));
        table.row(List.of("a token", "millrace.token in the file for clients"));
        table.row(List.of("for clients", folder.clientProperties().toString()));
        table.row(List.of("logs", folder.logs().toString()));
        table.row(List.of(
                "one job", "./millrace explain " + play.jobs().getFirst().jobId() + here));
        table.row(List.of("what waits", "./millrace queue" + here));
        table.row(List.of("the model", "./millrace drift " + Story.KEY + here));
        table.row(List.of("alerts", "./millrace alerts" + here));
        table.row(List.of("what it cost", "./millrace cost" + here + ", cost --by user" + here));
        table.row(List.of("the audit log", "./millrace audit verify" + here + ", audit list" + here));
        table.row(List.of("decide again", "./millrace replay" + here));
        table.row(List.of("stop", "./millrace down" + here + " (--purge removes the data)"));
        say(out, table.text());
    }

    private Cluster cluster(Path root) {
        if ((trace == null) != (cluster == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--trace and --cluster belong together: give both or none");
        }
        return Cluster.read(cluster == null ? root.resolve(CLUSTER) : cluster);
    }

    private List<TraceJob> jobs(Path root) {
        List<TraceJob> all = Trace.read(trace == null ? root.resolve(TRACE) : trace);
        String span = days == null && trace == null ? DAYS : days;
        if (span == null) {
            return all;
        }
        Matcher matcher = SPAN.matcher(span);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--days is a span such as " + DAYS + ", not '" + span + "'");
        }
        return Trace.days(all, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    private StackOptions stack(Path root, Cluster played) {
        Path folder = data == null
                ? root.resolve(".millrace/demo")
                : data.toAbsolutePath().normalize();
        try {
            return StackOptions.of(root, folder)
                    .withPorts(ports.ports())
                    .withClock("driven")
                    .withPools(Pools.assign(
                            Map.of(),
                            played.partitions().stream().map(Partition::pool).toList()))
                    // Beside the folder: a new stack takes no folder with something in it.
                    .withPolicyFile(beside(folder, "-policy.yaml"));
        } catch (StackException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Path beside(Path folder, String ending) {
        return folder.resolveSibling(folder.getFileName() + ending);
    }

    /** When the user began to wait: the launcher says, since a build may have come first. */
    private static long startedAt() {
        String launched = System.getenv("MILLRACE_STARTED_AT");
        return launched != null && launched.matches("\\d{1,18}")
                ? Long.parseLong(launched)
                : ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    private static void stay(Thread onInterrupt) {
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook is doing its work.
        }
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
