package io.millrace.cli;

import io.millrace.local.LocalStack;
import io.millrace.local.ProcessRef;
import io.millrace.local.StackState;
import io.millrace.local.StackState.ProcessState;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        description = "Say how the stack is. Exit status 0 when everything runs and answers, else 1.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--json", description = "Print it as JSON, in the form of the stack's own stack.json.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path data = folder.path();
        Optional<StackState> found = LocalStack.status(data);
        if (found.isEmpty()) {
            out.println(json ? "{}" : "No stack in " + data + "; start one with 'millrace up'.");
            return 1;
        }
        StackState state = found.get();
        if (json) {
            out.print(state.json());
        } else {
            print(state, out);
        }
        return state.isHealthy() ? 0 : 1;
    }

    private static void print(StackState state, PrintWriter out) {
        out.println("Stack " + state.phase().name().toLowerCase(Locale.ROOT)
                + (state.message() == null ? "" : ": " + state.message()));
        out.println("data   " + state.data());
        out.println("clock  " + state.clock());
        TextTable table = new TextTable(List.of("process", "health", "pid", "restarts", "address"));
        for (ProcessState process : state.processes()) {
            ProcessRef ref = process.process();
            table.row(List.of(
                    process.name(),
                    process.health().name().toLowerCase(Locale.ROOT),
                    ref == null ? "-" : Long.toString(ref.pid()),
                    Integer.toString(process.restarts()),
                    process.address()));
        }
        if (state.isRunning()) {
            table.row(
                    List.of("supervisor", "up", Long.toString(state.supervisor().pid()), "-", "-"));
        }
        out.println();
        out.print(table.text());
    }
}
