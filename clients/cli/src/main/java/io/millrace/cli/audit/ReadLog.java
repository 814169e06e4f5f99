package io.millrace.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.events.checkpoint.CheckpointEvent;
import io.millrace.events.checkpoint.CheckpointSigned;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.LogCheck;
import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Proofs;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An audit log as it was published: its entries, read as often as need be, and its signed checkpoints. */
public final class ReadLog {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENTRIES = "entries.jsonl";
    private static final String CHECKPOINT = "checkpoint";
    private static final String EARLIER = "witnessed";

    /** Where entries come from. */
    @FunctionalInterface
    public interface Lines {
        /** Hands over every entry, in the order of the log. */
        void each(Consumer<String> reader) throws IOException;
    }

    /**
     * What a check of the whole log came to.
     *
     * @param entries how many there are, signed or not
     * @param newest the newest checkpoint
     * @param checkpoints how many the log was held against
     * @param faults what does not hold, of the entries that the newest checkpoint has; empty when the log is whole
     */
    public record Checked(long entries, Checkpoint newest, int checkpoints, List<String> faults) {
        public Checked {
            faults = List.copyOf(faults);
        }
    }

    private final Lines lines;
    private final List<String> notes;

    /** @param notes every checkpoint, in the order they were signed */
    public ReadLog(Lines lines, List<String> notes) {
        this.lines = lines;
        this.notes = List.copyOf(notes);
    }

    /** What the topics hold of a log. */
    public static ReadLog of(Map<String, Object> client, SchemaLookup schemas, String logId) {
        EventSerde<AuditEvent> entries = EventSerde.of(Topics.AUDIT_LOG, schemas);
        EventSerde<CheckpointEvent> checkpoints = EventSerde.of(Topics.AUDIT_CHECKPOINTS, schemas);
        List<String> notes = new ArrayList<>();
        // Checkpoints first: all that they were made of is in the log then.
        try (TopicReader reader = new TopicReader(client, List.of(Topics.AUDIT_CHECKPOINTS.name()))) {
            reader.toEnd(record -> {
                if (logId.equals(record.key())
                        && checkpoints.decode(record.value()).getPayload() instanceof CheckpointSigned signed) {
                    notes.add(signed.getNote());
                }
            });
        }
        Lines lines = each -> {
            try (TopicReader reader = new TopicReader(client, List.of(Topics.AUDIT_LOG.name()))) {
                reader.toEnd(record -> {
                    if (logId.equals(record.key())
                            && entries.decode(record.value()).getPayload() instanceof EntryLogged logged) {
                        each.accept(logged.getEntry());
                    }
                });
            }
        };
        return new ReadLog(lines, notes);
    }

    /** What {@link #export} wrote. */
    public static ReadLog in(Path folder) throws IOException {
        List<String> notes = new ArrayList<>();
        if (Files.isDirectory(folder.resolve(EARLIER))) {
            try (Stream<Path> files = Files.list(folder.resolve(EARLIER))) {
                for (Path file : files.sorted().toList()) {
                    notes.add(Files.readString(file));
                }
            }
        }
        notes.add(Files.readString(folder.resolve(CHECKPOINT)));
        Lines lines = each -> {
            try (BufferedReader reader = Files.newBufferedReader(folder.resolve(ENTRIES))) {
                reader.lines().forEach(each);
            }
        };
        return new ReadLog(lines, notes);
    }

    /** Hands over every entry, in the order of the log. */
    public void each(Consumer<String> reader) throws IOException {
        lines.each(reader);
    }

    /**
     * The newest checkpoint.
     *
     * @throws IllegalArgumentException when there is none, or one that this key did not sign
     */
    public Checkpoint newest(CheckpointKey key) {
        return newest(notes.stream().map(key::open).toList());
    }

    private static Checkpoint newest(List<Checkpoint> signed) {
        return signed.stream()
                .reduce((one, other) -> other.size() >= one.size() ? other : one)
                .orElseThrow(() -> new IllegalArgumentException("the log has no checkpoint yet; the service governance"
                        + " signs the first some seconds after the first entry"));
    }

    /**
     * Checks the whole log.
     *
     * @param witnessed notes that others kept
     * @param reader is given every entry, signed or not
     */
    public Checked check(CheckpointKey key, List<String> witnessed, Consumer<String> reader) throws IOException {
        List<Checkpoint> signed = notes.stream().map(key::open).toList();
        Checkpoint newest = newest(signed);
        Set<Checkpoint> others = new LinkedHashSet<>(signed);
        witnessed.forEach(note -> others.add(key.open(note)));
        others.remove(newest);
        LogCheck check = new LogCheck(newest, others);
        long[] entries = {0};
        lines.each(line -> {
            if (entries[0]++ < newest.size()) {
                check.next(line);
            }
            reader.accept(line);
        });
        return new Checked(entries[0], newest, others.size() + 1, check.faults());
    }

    /**
     * Writes what {@code python3 -m millrace.audit log} checks: entries, the newest checkpoint and those before it.
     * Gives how many entries.
     */
    public long export(CheckpointKey key, Path folder) throws IOException {
        Checkpoint newest = newest(key);
        Files.createDirectories(folder.resolve(EARLIER));
        long[] written = {0};
        try (Writer file = Files.newBufferedWriter(folder.resolve(ENTRIES))) {
            lines.each(line -> {
                if (written[0] < newest.size()) {
                    written[0]++;
                    write(file, line);
                }
            });
        }
        for (String note : notes) {
            Checkpoint one = key.open(note);
            Path file = one.equals(newest)
                    ? folder.resolve(CHECKPOINT)
                    : folder.resolve(EARLIER).resolve(Long.toString(one.size()));
            Files.writeString(file, note);
        }
        return written[0];
    }

    private static void write(Writer file, String line) {
        try {
            file.append(line).append('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Shows of each entry that is wanted that the log of the newest checkpoint has it.
     *
     * @throws IllegalArgumentException when the log is not what the checkpoint was made of
     */
    public List<ObjectNode> proofs(CheckpointKey key, Predicate<AuditEntry> wanted) throws IOException {
        Checkpoint newest = newest(key);
        HeldTree tree = new HeldTree();
        List<AuditEntry> found = new ArrayList<>();
        lines.each(line -> {
            if (tree.size() < newest.size()) {
                tree.append(leaf(line));
                AuditEntry entry = EntryCodec.parse(line);
                if (wanted.test(entry)) {
                    found.add(entry);
                }
            }
        });
        if (tree.size() < newest.size() || !tree.root(newest.size()).equals(newest.root())) {
            throw new IllegalArgumentException(
                    "the log is not what its newest checkpoint was made of; 'audit verify' says what is wrong");
        }
        String note = note(key, newest);
        return found.stream()
                .map(entry -> {
                    ObjectNode proof = JSON.createObjectNode();
                    proof.put("checkpoint", note);
                    proof.put("entry", entry.line());
                    ArrayNode path = proof.putArray("path");
                    tree.inclusion(entry.index(), newest.size()).forEach(hash -> path.add(hash.base64()));
                    return proof;
                })
                .toList();
    }

    /**
     * Shows that the log of the newest checkpoint begins with all entries of an earlier one.
     *
     * @param older a note that somebody kept
     * @throws IllegalArgumentException when it does not
     */
    public ObjectNode growth(CheckpointKey key, String older) throws IOException {
        Checkpoint newest = newest(key);
        Checkpoint kept = key.open(older);
        if (!kept.origin().equals(newest.origin()) || kept.size() > newest.size()) {
            throw new IllegalArgumentException("the checkpoint has " + kept.size() + " entries of " + kept.origin()
                    + ", the log's newest " + newest.size() + " of " + newest.origin() + ": it never had those");
        }
        HeldTree tree = new HeldTree();
        lines.each(line -> {
            if (tree.size() < newest.size()) {
                tree.append(leaf(line));
            }
        });
        if (tree.size() < newest.size() || !tree.root(kept.size()).equals(kept.root())) {
            throw new IllegalArgumentException(
                    "the log's first " + kept.size() + " entries are not those of the checkpoint");
        }
        ObjectNode proof = JSON.createObjectNode();
        proof.put("older", older);
        proof.put("newer", note(key, newest));
        ArrayNode path = proof.putArray("path");
        tree.consistency(kept.size(), newest.size()).forEach(hash -> path.add(hash.base64()));
        return proof;
    }

    private String note(CheckpointKey key, Checkpoint checkpoint) {
        return notes.stream()
                .filter(note -> key.open(note).equals(checkpoint))
                .findFirst()
                .orElseThrow();
    }

    private static Hash leaf(String line) {
        return Hash.leaf(line.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The entry that a proof shows to be in the log, or that it only grew; needs nothing but the proof and the key.
     *
     * @throws IllegalArgumentException when it does not show it
     */
    public static String proved(CheckpointKey key, JsonNode proof) throws IOException {
        if (proof.has("older")) {
            return grown(key, proof);
        }
        Checkpoint checkpoint = key.open(proof.path("checkpoint").asText());
        String line = proof.path("entry").asText();
        long index = JSON.readTree(line).path("index").asLong(-1);
        List<Hash> path = new ArrayList<>();
        proof.path("path").forEach(hash -> path.add(Hash.ofBase64(hash.asText())));
        if (!Proofs.includes(leaf(line), index, checkpoint.size(), path, checkpoint.root())) {
            throw new IllegalArgumentException("the log of this checkpoint does not hold this as entry " + index);
        }
        return line;
    }

    private static String grown(CheckpointKey key, JsonNode proof) {
        Checkpoint older = key.open(proof.path("older").asText());
        Checkpoint newer = key.open(proof.path("newer").asText());
        List<Hash> path = new ArrayList<>();
        proof.path("path").forEach(hash -> path.add(Hash.ofBase64(hash.asText())));
        if (!older.origin().equals(newer.origin())
                || !Proofs.extend(older.size(), older.root(), newer.size(), newer.root(), path)) {
            throw new IllegalArgumentException(
                    "the log of " + newer.size() + " entries does not begin with that of " + older.size());
        }
        return "the log of " + newer.size() + " entries of " + newer.origin() + " begins with that of " + older.size();
    }
}
