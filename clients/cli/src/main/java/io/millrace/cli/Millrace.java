package io.millrace.cli;

import io.millrace.bench.BenchCommand;
import io.millrace.local.StackException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line. Exit status: 0 done, 1 not done, 2 not understood; of who waits for a job, the job's own. */
@Command(
        name = "millrace",
        description = "An ML platform's operations as one event log: the local stack and its scheduler.",
        mixinStandardHelpOptions = true,
        versionProvider = Millrace.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            SubmitCommand.class,
            CancelCommand.class,
            AgentCommand.class,
            QueueCommand.class,
            JobsCommand.class,
            ExplainCommand.class,
            RunsCommand.class,
            ModelsCommand.class,
            OverrideCommand.class,
            PreemptCommand.class,
            AlertsCommand.class,
            TracesCommand.class,
            DriftCommand.class,
            CostCommand.class,
            FairnessCommand.class,
            AuditCommand.class,
            AdoptCommand.Policy.class,
            AdoptCommand.Org.class,
            ReplayCommand.class,
            SimulateCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "And, by the launcher itself: 'test' runs all tests and checks.",
            "'millrace COMMAND --help' says more of each."
        })
public final class Millrace {

    private static final String LOGGING = "handlers=java.util.logging.ConsoleHandler\n.level=OFF\n";

    public static void main(String[] args) {
        logNothing();
        System.exit(commandLine().execute(args));
    }

    /** The command line as it is parsed and run; commands write to its {@code out} and {@code err}. */
    public static CommandLine commandLine() {
        return new CommandLine(new Millrace())
                .setExecutionStrategy(Millrace::run)
                .setParameterExceptionHandler(Millrace::explainUsage)
                .setExecutionExceptionHandler(Millrace::explainFailure)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    private static int run(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            parsed.asCommandLineList().forEach(command -> command.getOut().flush());
        }
    }

    private static int explainUsage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("millrace: " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static int explainFailure(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof CommandException || failure instanceof StackException) {
            command.getErr().println("millrace: " + failure.getMessage());
            command.getErr().flush();
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }

    /** What a command has to say it prints; the Kafka client's retries are no news to a user. */
    private static void logNothing() {
        try {
            LogManager.getLogManager()
                    .readConfiguration(new ByteArrayInputStream(LOGGING.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version that the build gave the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Millrace.class.getPackage().getImplementationVersion();
            return new String[] {"millrace " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
