package io.millrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.audit.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description = "Check the audit log, look into it, export it, or prove that it has an entry.",
        footer = {
            "",
            "Exit status 0 when everything holds, 1 when something does not.",
            "'python3 -m millrace.audit' checks what 'export', 'prove' and 'prove-growth' write, without Millrace."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(verify | list | export | prove | prove-growth | check-proof | replay)",
        subcommands = {
            AuditCommand.Verify.class,
            AuditEntriesCommand.Entries.class,
            AuditEntriesCommand.Export.class,
            AuditProofCommand.Prove.class,
            AuditProofCommand.ProveGrowth.class,
            AuditProofCommand.CheckProof.class,
            AuditReplayCommand.class
        })
final class AuditCommand {

    @Command(
            name = "verify",
            description = "Check the whole log against its checkpoints, and against the records in the topics.",
            footer = {
                "",
                "The log must be the one that each checkpoint was made of; every record that is committed in an audited",
                "topic must be in one entry, with the digest that its bytes have; no entry may cover anything else.",
                "--from and --to say which entries, by when they were logged, are held against the topics; the log's",
                "own order is always checked as a whole."
            },
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private AuditOptions.Log log = new AuditOptions.Log();

        @Option(
                names = "--from",
                paramLabel = "INSTANT",
                converter = InstantText.class,
                description = "Hold only what was logged from then on against the topics.")
        private @Nullable Instant from;

        @Option(
                names = "--to",
                paramLabel = "INSTANT",
                converter = InstantText.class,
                description = "Hold only what was logged before against the topics.")
        private @Nullable Instant to;

        @Option(
                names = "--witnessed",
                paramLabel = "PATH",
                description =
                        "A checkpoint that somebody kept, or a folder of them; may be given more than once. Default:"
                                + " those that the stack put aside.")
        private List<Path> witnessed = new ArrayList<>();

        @Option(names = "--json", description = "Print what was found as JSON.")
        private boolean json;

        @Override
        public Integer call() {
            return AuditOptions.tell(spec, () -> {
                List<String> kept = new ArrayList<>();
                for (Path path : witnessed.isEmpty() ? log.putAside() : witnessed) {
                    kept.addAll(notes(path));
                }
                Verification found = Verification.of(log.read(), log.key(), kept, from, to, log.sources());
                spec.commandLine()
                        .getOut()
                        .print(
                                json
                                        ? new ObjectMapper()
                                                        .valueToTree(found.keys())
                                                        .toPrettyString() + "\n"
                                        : found.text());
                return found.holds() ? 0 : 1;
            });
        }

        private static List<String> notes(Path path) throws IOException {
            if (!Files.isDirectory(path)) {
                return List.of(Files.readString(path));
            }
            List<String> notes = new ArrayList<>();
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.sorted().toList()) {
                    if (String.valueOf(file.getFileName()).matches("\\d+")) {
                        notes.add(Files.readString(file));
                    }
                }
            }
            return notes;
        }
    }
}
