package io.millrace.bench;

import picocli.CommandLine.Command;

/** {@code millrace bench}: each measurement is a command of its own. */
@Command(
        name = "bench",
        description = "Measure how fast the scheduler decides, how fast events go through it, how soon it is back;"
                + " how fast values are counted, and runs logged and found; how fast the audit log"
                + " is written and verified.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(scheduler | pipeline | restart | monitor | tracker | audit)",
        subcommands = {
            SchedulerCommand.class,
            PipelineCommand.class,
            RestartCommand.class,
            MonitorCommand.class,
            TrackerCommand.class,
            AuditBenchCommand.class
        })
public final class BenchCommand {}
