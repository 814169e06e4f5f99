package io.millrace.governance.audit;

import io.millrace.events.checkpoint.CheckpointEvent;
import io.millrace.events.checkpoint.CheckpointSigned;
import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Proofs;
import io.millrace.governance.domain.tree.TreeEdge;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Follows the committed audit log, puts it into tiles, and signs what it was. It signs nothing that does not go on from
 * the newest checkpoint there is, in the topic, in its folder or with a witness: when the log has other entries than that one was made
 * of, or fewer, it fails and goes on failing. Not thread safe.
 */
public final class CheckpointSigner implements AutoCloseable {

    /** The file with the newest checkpoint, beside the tiles. */
    static final String FILE = "checkpoint";

    private static final Duration GOODBYE = Duration.ofSeconds(3);

    private final String logId;
    private final Path folder;
    private final WitnessFolder witnesses;
    private final InstantSource clock;
    private final SigningKey key;
    private final EventSerde<CheckpointEvent> serde;
    private final LoggedLines lines;
    private final TileFolder tiles;
    private final TreeEdge edge = new TreeEdge();
    private final TreeMap<Long, List<Checkpoint>> awaited = new TreeMap<>();
    private final TopicReader log;
    private final KafkaProducer<String, byte[]> producer;
    private boolean failed;
    private Checkpoint newest = new Checkpoint("", 0, Hash.empty());

    /**
     * @param broker how to reach it, as governance
     * @param folder where tiles, the newest checkpoint and the key lie; a key is made where there is none
     * @param witnesses where checkpoints are kept by others
     * @throws IllegalArgumentException when there are checkpoints that this key did not sign
     */
    public CheckpointSigner(
            Map<String, Object> broker,
            SchemaLookup schemas,
            String logId,
            Path folder,
            WitnessFolder witnesses,
            InstantSource clock) {
        this.logId = logId;
        this.folder = folder;
        this.witnesses = witnesses;
        this.clock = clock;
        key = SigningKey.in(folder);
        serde = EventSerde.of(Topics.AUDIT_CHECKPOINTS, schemas);
        tiles = new TileFolder(folder);
        lines = new LoggedLines(logId, schemas, this::append);
        signedBefore(broker).forEach(note -> {
            Checkpoint signed = key.key().open(note);
            awaited.computeIfAbsent(signed.size(), size -> new ArrayList<>()).add(signed);
            newest = signed.size() >= newest.size() ? signed : newest;
        });
        producer = new KafkaProducer<>(new HashMap<>(broker), new StringSerializer(), new ByteArraySerializer());
        log = new TopicReader(broker, List.of(Topics.AUDIT_LOG.name()));
    }

    /** The largest checkpoint of this log in the topic, the one in the folder, and those of witnesses. */
    private List<String> signedBefore(Map<String, Object> broker) {
        List<String> notes = witnesses.notes();
        TreeMap<Long, String> published = new TreeMap<>();
        try (TopicReader reader = new TopicReader(broker, List.of(Topics.AUDIT_CHECKPOINTS.name()))) {
            reader.toEnd(record -> {
                if (logId.equals(record.key())
                        && serde.decode(record.value()).getPayload() instanceof CheckpointSigned signed) {
                    published.put(signed.getSize(), signed.getNote());
                }
            });
        }
        if (!published.isEmpty()) {
            notes.add(published.lastEntry().getValue());
        }
        try {
            if (Files.exists(folder.resolve(FILE))) {
                notes.add(Files.readString(folder.resolve(FILE)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return notes;
    }

    private void append(String line) {
        byte[] leaf = line.getBytes(StandardCharsets.UTF_8);
        edge.append(Hash.leaf(leaf));
        tiles.append(leaf);
        List<Checkpoint> due = awaited.remove(edge.size());
        if (due != null) {
            due.forEach(this::requireSame);
        }
    }

    private void requireSame(Checkpoint signed) {
        if (!signed.root().equals(edge.root()) || !signed.origin().equals(logId)) {
            throw new IllegalStateException("the first " + edge.size() + " entries of " + logId
                    + " are not those that the checkpoint was made of: nothing more is signed");
        }
    }

    /**
     * Reads what was logged since, and signs a checkpoint if there was anything.
     *
     * @throws IllegalStateException when the log does not go on from the newest checkpoint, or it failed before
     */
    public void step() {
        if (failed) {
            throw new IllegalStateException("this signer failed; another has to read the log from its beginning");
        }
        failed = true;
        readAndSign();
        failed = false;
    }

    private void readAndSign() {
        log.toEnd(lines::take);
        if (edge.size() < newest.size()) {
            throw new IllegalStateException(logId + " ends after " + edge.size() + " entries, and the checkpoint has "
                    + newest.size() + ": nothing more is signed");
        }
        if (edge.size() > newest.size()) {
            tiles.writeRest();
            sign(new Checkpoint(logId, edge.size(), edge.root()));
        }
    }

    private void sign(Checkpoint next) {
        // By the tiles, so that what others are to be shown is sure to show it.
        List<Hash> proof = tiles.consistency(newest.size(), next.size());
        if (!Proofs.extend(newest.size(), newest.root(), next.size(), next.root(), proof)) {
            throw new IllegalStateException("the tiles in " + folder + " do not show that the " + next.size()
                    + " entries of " + logId + " begin with the " + newest.size() + " of the newest checkpoint");
        }
        String note = key.key().sign(next, key.privatePem());
        publish(next, note);
        TileFolder.write(folder.resolve(FILE), note.getBytes(StandardCharsets.UTF_8));
        witnesses.offer(next, note, clock.instant());
        newest = next;
    }

    private void publish(Checkpoint signed, String note) {
        Instant now = clock.instant();
        CheckpointEvent event = new CheckpointEvent(
                logId + "/" + signed.size(), now, AuditSettings.ACTOR, new CheckpointSigned(signed.size(), note));
        try {
            producer.send(new ProducerRecord<>(
                            Topics.AUDIT_CHECKPOINTS.name(),
                            0,
                            now.toEpochMilli(),
                            logId,
                            serde.serialize(null, event)))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("the checkpoint can't be published", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while a checkpoint was published", e);
        }
    }

    /** The newest that was signed; with no entries where none was. */
    public Checkpoint newest() {
        return newest;
    }

    @Override
    public void close() {
        producer.close(GOODBYE);
        log.close();
    }
}
