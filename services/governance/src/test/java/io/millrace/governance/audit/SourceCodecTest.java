package io.millrace.governance.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.codec.SourceCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.audit.Gathering;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.SeededRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What is said of records, whatever they are. */
class SourceCodecTest {

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final SourceCodec codec = new SourceCodec(AuditSettings.audited(), schemas);

    private Covered covered(ConsumerRecord<byte[], byte[]> record) {
        return new Gathering(Set.of(), 1, 0).add(codec.source(record), 0).getFirst();
    }

    @Test
    void shouldSayOfEachEventWhatItSaysOfItself() {
        for (Topic<?> topic : AuditSettings.audited()) {
            List<byte[]> samples = AuditStory.samples(topic, schemas);
            assertThat(samples).isNotEmpty();
            for (byte[] sample : samples) {
                ConsumerRecord<byte[], byte[]> record =
                        new ConsumerRecord<>(topic.name(), 0, 3, "a".getBytes(UTF_8), sample);
                AuditStory.requireTold(covered(record), schemas, record);
                assertThat(covered(record).action()).as(topic.name()).isNotEqualTo(Covered.UNREADABLE);
            }
        }
    }

    @Test
    void shouldSayOfAnythingElseThatItIsUnreadable() {
        SeededRandom random = SeededRandom.of("SourceCodecTest");
        byte[] job = AuditStory.samples(Topics.JOB_EVENTS, schemas).getFirst();
        for (byte[] value : Arrays.asList(
                null, new byte[0], new byte[5], Arrays.copyOf(job, 9), new byte[] {1, 2, 3, 4, 5, 6, 7})) {
            ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("job-events", 0, 3, null, value);
            AuditStory.requireTold(covered(record), schemas, record);
        }
        for (int i = 0; i < 5_000; i++) {
            byte[] value = job.clone();
            value[random.nextInt(value.length)] = (byte) random.nextInt();
            Covered covered = covered(
                    new ConsumerRecord<>("job-events", 0, 3, random.bytes(20), random.pick(value, random.bytes(60))));
            AuditEntry entry = new AuditEntry(0, 0, covered);
            // As it comes back from the topic: Java's own encoding has no half characters.
            String line = new String(entry.leaf(), UTF_8);
            assertThat(EntryCodec.parse(line).leaf()).isEqualTo(entry.leaf());
        }
        ConsumerRecord<byte[], byte[]> elsewhere = new ConsumerRecord<>("org-events", 0, 3, null, job);
        assertThat(covered(elsewhere).action()).isEqualTo(Covered.UNREADABLE);
    }

    @Test
    void shouldCutNamesThatNoTileWouldHold() {
        byte[] key = ("\u0001".repeat(999) + "\ud83d\ude00".repeat(100_000)).getBytes(UTF_8);
        Covered covered = covered(new ConsumerRecord<>("org-events", 0, 3, key, null));
        assertThat(covered.subject()).isEqualTo("\u0001".repeat(999));
        assertThat(new AuditEntry(0, 0, covered).leaf()).hasSizeLessThan(0xffff);
    }
}
