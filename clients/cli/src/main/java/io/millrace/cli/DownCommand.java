package io.millrace.cli;

import io.millrace.local.LocalStack;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "down",
        description = "Stop the stack and everything it started. Its data stays.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--purge", description = "Remove the data folder too: every topic, every schema, every log.")
    private boolean purge;

    @Override
    public Integer call() {
        Path data = folder.path();
        boolean ran = LocalStack.down(data, purge);
        spec.commandLine()
                .getOut()
                .println((ran ? "Stopped." : "Nothing runs in " + data + ".") + (purge ? " Data removed." : ""));
        return 0;
    }
}
