package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "override",
        description = "Give a job that waits the points of a manager's override. For managers.",
        mixinStandardHelpOptions = true)
final class OverrideCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ManagersWord word = new ManagersWord();

    @Override
    public Integer call() {
        word.say("override");
        spec.commandLine()
                .getOut()
                .println("Raised " + word.job() + "; 'millrace explain " + word.job() + "' shows its points.");
        return 0;
    }
}
