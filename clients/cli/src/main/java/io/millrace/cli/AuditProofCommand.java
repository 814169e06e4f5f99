package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.audit.ReadLog;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace audit prove}, {@code prove-growth} and {@code check-proof}. */
final class AuditProofCommand {

    private AuditProofCommand() {}

    @Command(
            name = "prove",
            description = "Print what shows that the log has an entry.",
            mixinStandardHelpOptions = true)
    static final class Prove implements Callable<Integer> {

        private static final Pattern INDEX = Pattern.compile("\\d{1,18}");
        private static final Pattern RECORD = Pattern.compile("([^/]+)/(\\d{1,9})/(\\d{1,18})");

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private AuditOptions.Log log = new AuditOptions.Log();

        @Parameters(
                paramLabel = "ENTRY",
                description = "Its index, or TOPIC/PARTITION/OFFSET of a record that it covers.")
        private String entry = "";

        @Override
        public Integer call() {
            Predicate<AuditEntry> wanted = wanted();
            return AuditOptions.tell(spec, () -> {
                List<ObjectNode> proofs = log.read().proofs(log.key(), wanted);
                if (proofs.isEmpty()) {
                    throw new CommandException("the newest checkpoint has no entry " + entry
                            + "; a record is logged and signed some seconds after it was written, so try again then");
                }
                spec.commandLine().getOut().println(proofs.getFirst().toPrettyString());
                return 0;
            });
        }

        private Predicate<AuditEntry> wanted() {
            if (INDEX.matcher(entry).matches()) {
                long index = Long.parseLong(entry);
                return one -> one.index() == index;
            }
            Matcher record = RECORD.matcher(entry);
            if (!record.matches()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "an entry is named by its index, such as 17, or by a record that it covers, such as"
                                + " job-events/3/1204, not '" + entry + "'");
            }
            int partition = Integer.parseInt(record.group(2));
            long offset = Long.parseLong(record.group(3));
            return one -> {
                Covered covered = one.covered();
                return covered.topic().equals(record.group(1))
                        && covered.partition() == partition
                        && covered.firstOffset() <= offset
                        && offset <= covered.lastOffset();
            };
        }
    }

    @Command(
            name = "prove-growth",
            description = "Print what shows that the log begins with all that it had when a checkpoint was signed.",
            mixinStandardHelpOptions = true)
    static final class ProveGrowth implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private AuditOptions.Log log = new AuditOptions.Log();

        @Parameters(paramLabel = "CHECKPOINT", description = "A file with an earlier checkpoint, as somebody kept it.")
        private Path checkpoint = Path.of("");

        @Override
        public Integer call() {
            return AuditOptions.tell(spec, () -> {
                spec.commandLine()
                        .getOut()
                        .println(log.read()
                                .growth(log.key(), Files.readString(checkpoint))
                                .toPrettyString());
                return 0;
            });
        }
    }

    @Command(
            name = "check-proof",
            description =
                    "Check what 'prove' or 'prove-growth' printed, or 'export' with a filter wrote, and print what"
                            + " it proves. Needs no stack.",
            mixinStandardHelpOptions = true)
    static final class CheckProof implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "The log's public key in PEM, from somebody you trust.")
        private Path key = Path.of("");

        @Parameters(paramLabel = "FILE", description = "The proof, or several.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            return AuditOptions.tell(spec, () -> {
                CheckpointKey signedBy = AuditOptions.readKey(key);
                int proofs = 0;
                try (MappingIterator<JsonNode> all =
                        new ObjectMapper().readerFor(JsonNode.class).readValues(Files.readString(file))) {
                    while (all.hasNextValue()) {
                        spec.commandLine().getOut().println(ReadLog.proved(signedBy, all.nextValue()));
                        proofs++;
                    }
                }
                if (proofs == 0) {
                    throw new IOException(file + " holds no proof");
                }
                return 0;
            });
        }
    }
}
