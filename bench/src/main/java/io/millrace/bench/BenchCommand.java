package io.millrace.bench;

import picocli.CommandLine.Command;

/** {@code millrace bench}: each measurement is a command of its own. */
@Command(
        name = "bench",
        description = "Measure how fast the scheduler decides, how fast events go through it, and how soon it is back.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(scheduler | pipeline | restart | monitor)",
        subcommands = {SchedulerCommand.class, PipelineCommand.class, RestartCommand.class, MonitorCommand.class})
public final class BenchCommand {}
