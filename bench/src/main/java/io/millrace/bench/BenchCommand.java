package io.millrace.bench;

import picocli.CommandLine.Command;

/** {@code millrace bench}: each measurement is a command of its own. */
@Command(
        name = "bench",
        description = "Measure how fast the scheduler decides, and how fast events go through it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(scheduler | pipeline)",
        subcommands = {SchedulerCommand.class, PipelineCommand.class})
public final class BenchCommand {}
