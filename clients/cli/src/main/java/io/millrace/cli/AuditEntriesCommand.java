package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.audit.EntryFilter;
import io.millrace.cli.audit.ReadLog;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace audit list} and {@code export}: entries, all or those that are asked for. */
final class AuditEntriesCommand {

    private static final String FEW =
            "Of topics with very many records an entry covers up to 1,000, and names who did what only if all are alike.";

    private AuditEntriesCommand() {}

    @Command(
            name = "list",
            description = "Print entries. They are printed as they lie there: 'verify' says whether they are true.",
            footer = {"", FEW},
            mixinStandardHelpOptions = true)
    static final class Entries implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private AuditOptions.Log log = new AuditOptions.Log();

        @Mixin
        private AuditOptions.Filter filter = new AuditOptions.Filter();

        @Option(names = "--last", paramLabel = "N", description = "Only the last N. Default: ${DEFAULT-VALUE}.")
        private int last = 50;

        @Option(names = "--lines", description = "Print entries as lines, as the log has them.")
        private boolean lines;

        @Override
        public Integer call() {
            if (last < 1) {
                throw new ParameterException(spec.commandLine(), "--last must be a number from 1 on");
            }
            return AuditOptions.tell(spec, () -> {
                EntryFilter asked = filter.filter();
                Deque<AuditEntry> found = new ArrayDeque<>();
                log.read().each(line -> {
                    AuditEntry entry = EntryCodec.parse(line);
                    if (asked.test(entry)) {
                        found.add(entry);
                        if (found.size() > last) {
                            found.removeFirst();
                        }
                    }
                });
                if (lines) {
                    found.forEach(entry -> spec.commandLine().getOut().println(entry.line()));
                } else {
                    spec.commandLine().getOut().print(table(found));
                }
                return 0;
            });
        }

        private static String table(Iterable<AuditEntry> entries) {
            TextTable table = new TextTable(
                    List.of("entry", "happened", "actor", "action", "subject", "records", "topic", "offset"));
            for (AuditEntry entry : entries) {
                Covered covered = entry.covered();
                table.row(List.of(
                        Long.toString(entry.index()),
                        Instant.ofEpochMilli(covered.firstAt()).toString(),
                        said(covered.actor()),
                        said(covered.action()),
                        said(covered.subject()),
                        Integer.toString(covered.records()),
                        covered.topic() + "/" + covered.partition(),
                        Long.toString(covered.firstOffset())));
            }
            return table.text();
        }

        /** What others wrote is printed on one line, whatever it is. */
        private static String said(@Nullable String text) {
            return text == null ? "-" : text.replaceAll("\\p{Cntrl}", "?");
        }
    }

    @Command(
            name = "export",
            description = "Write the log and its checkpoints into a folder that can be checked without a stack.",
            footer = {
                "",
                "With a filter the folder gets proofs.jsonl, a proof a line for each entry that was asked for: they can be",
                "handed out without the rest of the log, and 'check-proof' checks them.",
                FEW
            },
            mixinStandardHelpOptions = true)
    static final class Export implements Callable<Integer> {

        private static final String PROOFS = "proofs.jsonl";

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private AuditOptions.Log log = new AuditOptions.Log();

        @Mixin
        private AuditOptions.Filter filter = new AuditOptions.Filter();

        @Parameters(paramLabel = "FOLDER", description = "Where to; made if need be, and empty otherwise.")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            return AuditOptions.tell(spec, () -> {
                requireEmpty();
                CheckpointKey key = log.key();
                ReadLog read = log.read();
                EntryFilter asked = filter.filter();
                if (asked.isOpen()) {
                    spec.commandLine().getOut().println(read.export(key, folder) + " entries are in " + folder);
                    return 0;
                }
                List<ObjectNode> proofs = read.proofs(key, asked);
                Files.createDirectories(folder);
                try (BufferedWriter file = Files.newBufferedWriter(folder.resolve(PROOFS))) {
                    for (ObjectNode proof : proofs) {
                        file.append(proof.toString()).append('\n');
                    }
                }
                spec.commandLine().getOut().println(proofs.size() + " entries are proved in " + folder.resolve(PROOFS));
                return 0;
            });
        }

        /** An older export's files would be taken for this one's. */
        private void requireEmpty() throws IOException {
            if (Files.isDirectory(folder)) {
                try (var files = Files.list(folder)) {
                    if (files.findAny().isPresent()) {
                        throw new CommandException(folder + " is not empty; name a new folder");
                    }
                }
            }
        }
    }
}
