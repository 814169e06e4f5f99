package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "preempt",
        description = "Have a job that runs stopped and put back into the queue; it goes on from its newest checkpoint."
                + " For managers.",
        mixinStandardHelpOptions = true)
final class PreemptCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ManagersWord word = new ManagersWord();

    @Override
    public Integer call() {
        word.say("preemption");
        spec.commandLine()
                .getOut()
                .println("Asked to preempt " + word.job() + "; 'millrace explain " + word.job() + "' says more.");
        return 0;
    }
}
