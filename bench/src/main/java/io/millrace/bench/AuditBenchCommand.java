package io.millrace.bench;

import io.millrace.bench.audit.AuditBench;
import io.millrace.bench.pipeline.OwnCluster;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description = "How many entries a second the audit log's writer appends, beside a plain transactional copy;"
                + " how fast the log is verified, beside plain SHA-256.",
        mixinStandardHelpOptions = true)
final class AuditBenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--events",
            defaultValue = "60000",
            description = "Records of each round that have an entry each. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--thousands",
            defaultValue = "20",
            description = "Thousands of predictions of each round and partition, an entry each. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int thousands;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds, after one to warm up. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seed", defaultValue = "42", description = "Of the events. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Put the figures into this file, under 'audit'.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (events < 1 || thousands < 1 || rounds < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--events, --thousands and --rounds must be numbers from 1 on");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("starting a broker and a registry ...");
        out.flush();
        AuditBench.Result result;
        try (OwnCluster own = OwnCluster.start(true)) {
            AuditBench.Options options = new AuditBench.Options(events, thousands, rounds, seed);
            result = AuditBench.run(own.cluster(), options, line -> {
                out.println(line);
                out.flush();
            });
        }
        out.println(String.format(
                Locale.ROOT,
                "%.0f entries a second; plain transactional copy %.0f: ratio %.2f%n"
                        + "%.0f records a second where an entry covers 1,000%n"
                        + "verified at %.0f MB/s; plain SHA-256 %.0f MB/s: ratio %.2f",
                result.entriesPerS(),
                result.plainCopyPerS(),
                result.ratio(),
                result.manyPerS(),
                result.verifiedMbPerS(),
                result.sha256MbPerS(),
                result.verifyRatio()));
        if (json != null) {
            BenchReport.write(json, "audit", result);
        }
        return 0;
    }
}
