package io.millrace.governance.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.events.checkpoint.CheckpointEvent;
import io.millrace.events.checkpoint.CheckpointSigned;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.audit.LogCheck;
import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Proofs;
import io.millrace.governance.domain.tree.TreeEdge;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is signed of a log, and what is not, on a real broker. */
class CheckpointSignerTest {

    /** What somebody does to a log who may do everything on the broker. */
    private enum Tampering {
        EDITED(lines -> changed(lines, 7)),
        DROPPED(lines -> {
            lines.remove(20);
            return renumbered(lines);
        }),
        REORDERED(lines -> {
            lines.add(3, lines.remove(9));
            return renumbered(lines);
        }),
        CUT(lines -> new ArrayList<>(lines.subList(0, 250))),
        FORKED(lines -> {
            List<String> other = changed(lines, 290);
            for (int i = 300; i < 400; i++) {
                other.add(line(i, "after the fork"));
            }
            return other;
        });

        private final UnaryOperator<List<String>> how;

        Tampering(UnaryOperator<List<String>> how) {
            this.how = how;
        }
    }

    @TempDir
    private Path folder;

    @TempDir
    private Path witnessed;

    private final AuditStory story = new AuditStory();
    private final String logId = "log-" + UUID.randomUUID();

    private static String line(int index, String subject) {
        Hash digest = Hash.leaf((subject + index).getBytes(StandardCharsets.UTF_8));
        return new AuditEntry(
                        index, 5, new Covered("org-events", 0, index, index, 1, digest, "user:a", "X", subject, 1, 1))
                .line();
    }

    private static List<String> genuine(int entries) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            lines.add(line(i, "team/" + i));
        }
        return lines;
    }

    private static List<String> changed(List<String> lines, int index) {
        lines.set(index, line(index, "team/another"));
        return lines;
    }

    private static List<String> renumbered(List<String> lines) {
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            all.add(line.replaceFirst("\"index\":\\d+", "\"index\":" + all.size()));
        }
        return all;
    }

    private void log(List<String> lines, int from) {
        EventSerde<AuditEvent> serde = EventSerde.of(Topics.AUDIT_LOG, story.schemas);
        try (KafkaProducer<String, byte[]> producer = story.producer(Map.of())) {
            for (int i = from; i < lines.size(); i++) {
                AuditEvent event = new AuditEvent(
                        logId + "/" + i, Instant.now(), "service:governance", new EntryLogged((long) i, lines.get(i)));
                producer.send(new ProducerRecord<>(Topics.AUDIT_LOG.name(), logId, serde.serialize(null, event)));
            }
        }
    }

    private CheckpointSigner signer() {
        return new CheckpointSigner(
                story.governance(),
                story.schemas,
                logId,
                folder,
                new WitnessFolder(witnessed, Duration.ZERO),
                InstantSource.system());
    }

    private CheckpointKey key() throws IOException {
        return CheckpointKey.ofPem(Files.readString(folder.resolve("key/public.pem")));
    }

    private static LogCheck check(Checkpoint newest, List<Checkpoint> witnessed, List<String> lines) {
        LogCheck check = new LogCheck(newest, witnessed);
        lines.forEach(check::next);
        return check;
    }

    @Test
    void shouldSignALogAsItGrowsAndAcrossRestarts() throws IOException {
        List<String> lines = genuine(700);
        int[] sizes = {1, 255, 257, 700};
        int before = 0;
        for (int size : sizes) {
            log(lines.subList(0, size), before);
            before = size;
            try (CheckpointSigner signer = signer()) {
                signer.step();
                signer.step();
                assertThat(signer.newest().size()).isEqualTo(size);
            }
        }
        List<Checkpoint> signed = story.notes(logId).stream().map(key()::open).toList();
        assertThat(signed).extracting(Checkpoint::size).containsExactly(1L, 255L, 257L, 700L);
        assertThat(key().open(Files.readString(folder.resolve("checkpoint")))).isEqualTo(signed.getLast());
        assertThat(check(signed.getLast(), signed, story.lines(logId)).faults()).isEmpty();
    }

    @Test
    void shouldWriteTilesThatProveEveryEntry() throws IOException {
        List<String> lines = genuine(600);
        TileFolder tiles = new TileFolder(folder);
        TreeEdge edge = new TreeEdge();
        for (String line : lines) {
            tiles.append(line.getBytes(StandardCharsets.UTF_8));
            edge.append(Hash.leaf(line.getBytes(StandardCharsets.UTF_8)));
        }
        tiles.writeRest();
        for (int i = 0; i < lines.size(); i++) {
            Hash leaf = Hash.leaf(lines.get(i).getBytes(StandardCharsets.UTF_8));
            assertThat(Proofs.includes(leaf, i, 600, tiles.inclusion(i, 600), edge.root()))
                    .isTrue();
        }
        assertThat(folder.resolve("tile/0/001")).hasSize(256 * 32);
        assertThat(folder.resolve("tile/0/002.p/88")).hasSize(88 * 32);
        assertThat(folder.resolve("tile/1/000.p/2")).hasSize(2 * 32);
        byte[] bundle = Files.readAllBytes(folder.resolve("tile/entries/002.p/88"));
        int length = (bundle[0] & 0xff) << 8 | bundle[1] & 0xff;
        assertThat(new String(bundle, 2, length, StandardCharsets.UTF_8)).isEqualTo(lines.get(512));

        TileFolder other = new TileFolder(folder);
        assertThatThrownBy(
                        () -> changed(lines, 30).forEach(line -> other.append(line.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not of this log");
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotSignALogThatWasTamperedWith(Tampering tampering) throws IOException {
        List<String> lines = genuine(300);
        SigningKey key = SigningKey.in(folder);
        Checkpoint before = new Checkpoint(logId, 300, root(lines));
        publish(before, key);
        List<String> other = tampering.how.apply(new ArrayList<>(lines));
        log(other, 0);
        try (CheckpointSigner signer = signer()) {
            assertThatThrownBy(signer::step)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith("nothing more is signed");
            assertThatThrownBy(signer::step).isInstanceOf(IllegalStateException.class);
        }
        assertThat(story.notes(logId)).hasSize(1);
        // Even where its owner signs it with the key, whoever kept the old checkpoint sees it.
        Checkpoint bent = new Checkpoint(logId, other.size(), root(other));
        assertThat(check(bent, List.of(before), other).faults()).isNotEmpty();
    }

    @Test
    void shouldNotSignWhereAnEntryIsMissing() {
        List<String> lines = genuine(10);
        log(lines.subList(0, 5), 0);
        log(lines, 6);
        try (CheckpointSigner signer = signer()) {
            assertThatThrownBy(signer::step)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in the place of entry 5");
        }
        assertThat(story.notes(logId)).isEmpty();
    }

    @Test
    void shouldSignOnlyWhatIsCommitted() {
        EventSerde<AuditEvent> serde = EventSerde.of(Topics.AUDIT_LOG, story.schemas);
        log(genuine(4), 0);
        Map<String, Object> asWriter = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "governance-" + logId);
        try (KafkaProducer<String, byte[]> producer = story.producer(asWriter);
                CheckpointSigner signer = signer()) {
            producer.initTransactions();
            producer.beginTransaction();
            AuditEvent event = new AuditEvent("x", Instant.now(), "x", new EntryLogged(4L, line(4, "taken back")));
            producer.send(new ProducerRecord<>(Topics.AUDIT_LOG.name(), logId, serde.serialize(null, event)));
            producer.flush();
            signer.step();
            assertThat(signer.newest().size()).isEqualTo(4);
            producer.abortTransaction();
            log(genuine(5), 4);
            signer.step();
            assertThat(signer.newest().root()).isEqualTo(root(genuine(5)));
        }
    }

    @Test
    void shouldSignNothingThatAWitnessContradicts() throws IOException {
        SigningKey key = SigningKey.in(folder);
        Checkpoint seen = new Checkpoint(logId, 2, root(genuine(3).subList(1, 3)));
        String note = key.key().sign(seen, key.privatePem());
        Files.writeString(witnessed.resolve("2"), note);
        log(genuine(3), 0);
        try (CheckpointSigner signer = signer()) {
            assertThatThrownBy(signer::step)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("are not those that the checkpoint was made of");
        }
        assertThat(story.notes(logId)).isEmpty();
        assertThat(witnessed.resolve("2")).hasContent(note);
    }

    @Test
    void shouldGiveWitnessesACheckpointNowAndThen() throws IOException {
        WitnessFolder hourly = new WitnessFolder(witnessed.resolve("new"), Duration.ofHours(1));
        Instant now = Instant.ofEpochSecond(1_000_000);
        hourly.offer(new Checkpoint(logId, 3, Hash.empty()), "three", now);
        hourly.offer(new Checkpoint(logId, 4, Hash.empty()), "four", now.plusSeconds(3_599));
        hourly.offer(new Checkpoint(logId, 5, Hash.empty()), "five", now.plusSeconds(3_600));
        new WitnessFolder(witnessed.resolve("new"), Duration.ZERO)
                .offer(new Checkpoint(logId, 3, Hash.empty()), "another three", now);
        assertThat(hourly.notes()).containsExactlyInAnyOrder("three", "five");
    }

    @Test
    void shouldKeepItsKeyToItself() throws IOException {
        SigningKey made = SigningKey.in(folder);
        Path secret = folder.resolve("key/private.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        assertThat(SigningKey.in(folder).privatePem()).isEqualTo(made.privatePem());
        assertThat(made.toString()).doesNotContain("PRIVATE");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> SigningKey.in(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open to others");
    }

    @Test
    void shouldNotGoOnWithAnotherKey(@TempDir Path another) throws IOException {
        publish(new Checkpoint(logId, 0, Hash.empty()), SigningKey.in(another));
        log(genuine(3), 0);
        assertThatThrownBy(this::signer)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not signed by this key");
    }

    private static Hash root(List<String> lines) {
        return TreeEdge.rootOf(lines.stream()
                .map(line -> Hash.leaf(line.getBytes(StandardCharsets.UTF_8)))
                .toList());
    }

    private void publish(Checkpoint checkpoint, SigningKey key) {
        CheckpointEvent event = new CheckpointEvent(
                logId + "/" + checkpoint.size(),
                Instant.now(),
                "service:governance",
                new CheckpointSigned(checkpoint.size(), key.key().sign(checkpoint, key.privatePem())));
        try (KafkaProducer<String, byte[]> producer = story.producer(Map.of())) {
            producer.send(new ProducerRecord<>(
                    Topics.AUDIT_CHECKPOINTS.name(),
                    logId,
                    EventSerde.of(Topics.AUDIT_CHECKPOINTS, story.schemas).serialize(null, event)));
        }
    }
}
