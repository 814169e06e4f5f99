package io.millrace.cli;

import io.millrace.cli.audit.EntryFilter;
import io.millrace.cli.audit.ReadLog;
import io.millrace.cli.audit.Sources;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.local.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What the commands about the audit log have in common. */
final class AuditOptions {

    /** The only log there is so far. */
    static final String LOG_ID = "millrace/audit";

    private AuditOptions() {}

    /** Where the service that signs keeps the public half of its key, in a stack of this machine. */
    static Path stackKey(Path dataFolder) {
        return new DataFolder(dataFolder).state("governance").resolve("audit/key/public.pem");
    }

    static CheckpointKey readKey(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CommandException("there is no " + file
                    + "; name the log's public key with --key FILE, as you have it from somebody you trust");
        }
        return CheckpointKey.ofPem(Files.readString(file));
    }

    /** Which log of a stack is meant, and whose signature is believed. */
    static final class Stack {
        @Mixin
        private StackFolder folder = new StackFolder();

        @Option(names = "--log", paramLabel = "ID", description = "Which log. Default: ${DEFAULT-VALUE}.")
        private String logId = LOG_ID;

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "The log's public key in PEM, from somebody you trust. Default: the one in the stack's"
                        + " folder, which whoever can write there could have changed.")
        private @Nullable Path key;

        Connection connection() {
            return folder.connection();
        }

        ReadLog read() {
            Connection connection = connection();
            return ReadLog.of(connection.kafkaProperties(), connection.schemas(), logId);
        }

        CheckpointKey key() throws IOException {
            return readKey(key == null ? stackKey(folder.path()) : key);
        }
    }

    /** Which log is meant, of a stack or exported. */
    static final class Log {
        @Mixin
        private Stack stack = new Stack();

        @Option(
                names = "--exported",
                paramLabel = "FOLDER",
                description = "A log that 'audit export' wrote, in place of a stack's.")
        private @Nullable Path exported;

        ReadLog read() throws IOException {
            return exported == null ? stack.read() : ReadLog.in(exported);
        }

        /** What the log is to be held against; none where only the log is at hand. */
        @Nullable
        Sources sources() {
            return exported == null ? new Sources(stack.connection().kafkaProperties()) : null;
        }

        CheckpointKey key() throws IOException {
            return stack.key();
        }

        /** The folder of checkpoints that a stack of this machine put aside, where there is one. */
        List<Path> putAside() {
            Path folder =
                    new DataFolder(stack.folder.path()).state("governance").resolve("witnessed");
            return exported == null && Files.isDirectory(folder) ? List.of(folder) : List.of();
        }
    }

    /** Which entries are meant. */
    static final class Filter {
        @Option(names = "--topic", paramLabel = "TOPIC", description = "Only of this topic.")
        private @Nullable String topic;

        @Option(names = "--actor", paramLabel = "ACTOR", description = "Only what this one did, such as user:ada.")
        private @Nullable String actor;

        @Option(names = "--action", paramLabel = "EVENT", description = "Only these events, such as JobSubmitted.")
        private @Nullable String action;

        @Option(names = "--subject", paramLabel = "KEY", description = "Only of this key, such as a job's id.")
        private @Nullable String subject;

        @Option(
                names = "--from",
                paramLabel = "INSTANT",
                converter = InstantText.class,
                description = "Only what happened from then on.")
        private @Nullable Instant from;

        @Option(
                names = "--to",
                paramLabel = "INSTANT",
                converter = InstantText.class,
                description = "Only what happened before.")
        private @Nullable Instant to;

        EntryFilter filter() {
            return new EntryFilter(topic, actor, action, subject, from, to);
        }
    }

    /** What can't be read or does not hold, in words. */
    interface Work {
        int run() throws IOException;
    }

    static int tell(CommandSpec spec, Work work) {
        try {
            return work.run();
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            spec.commandLine().getErr().println("millrace: not verified: " + e.getMessage());
            return 1;
        }
    }
}
