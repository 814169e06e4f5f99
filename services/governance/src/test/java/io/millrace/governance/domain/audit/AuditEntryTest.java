package io.millrace.governance.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.governance.domain.audit.Gathering.Source;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AuditEntryTest {

    private static final Hash DIGEST = Hash.leaf(new byte[0]);

    private static Source source(String topic, long offset, String actor) {
        return new Source(topic, 0, offset, Hash.leaf(new byte[] {(byte) offset}), actor, "Measured", "node-1", offset);
    }

    @Test
    void shouldHaveOneForm() {
        Covered covered = new Covered(
                "job-events", 3, 17, 17, 1, DIGEST, "user:\"ann\"\\", "Job\u0001Submitted", "job-\u00e4\n", 5, 5);
        assertThat(new AuditEntry(9, 1_700_000_000_000L, covered).line())
                .isEqualTo("{\"v\":1,\"index\":9,\"logged_at\":1700000000000,\"topic\":\"job-events\",\"partition\":3,"
                        + "\"first_offset\":17,\"last_offset\":17,\"records\":1,\"digest\":\"" + DIGEST.hex()
                        + "\",\"actor\":\"user:\\\"ann\\\"\\\\\",\"action\":\"Job\\u0001Submitted\","
                        + "\"subject\":\"job-\u00e4\\n\",\"first_at\":5,\"last_at\":5}");
        Covered many = new Covered("predictions", 0, 1, 4, 3, DIGEST, null, null, null, 1, 2);
        assertThat(new AuditEntry(0, 1, many).line()).contains("\"actor\":null,\"action\":null,\"subject\":null,");
    }

    @Test
    void shouldTellARecordsBytesFromThoseOfAnyOther() {
        byte[] one = "k".getBytes(StandardCharsets.UTF_8);
        assertThat(Covered.recordBytes(1, 2, one, null))
                .isEqualTo(
                        new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 'k', -1, -1, -1, -1});
        assertThat(Covered.recordBytes(1, 2, null, one)).isNotEqualTo(Covered.recordBytes(1, 2, one, null));
        assertThat(Covered.recordBytes(1, 2, null, null)).isNotEqualTo(Covered.recordBytes(1, 2, new byte[0], null));
    }

    @Test
    void shouldCoverMostRecordsAlone() {
        Gathering gathering = new Gathering(Set.of("many"), 3, 100);
        assertThat(gathering.add(source("few", 4, "a"), 0))
                .containsExactly(
                        new Covered("few", 0, 4, 4, 1, Hash.leaf(new byte[] {4}), "a", "Measured", "node-1", 4, 4));
    }

    @Test
    void shouldCoverManyRecordsOfOnePartitionAtOnce() {
        Gathering gathering = new Gathering(Set.of("many"), 3, 100);
        assertThat(gathering.add(source("many", 4, "a"), 0)).isEmpty();
        assertThat(gathering.add(source("many", 6, "a"), 1)).isEmpty();
        List<Covered> full = gathering.add(source("many", 7, "b"), 2);
        Hash root = TreeEdge.rootOf(LongStream.of(4, 6, 7)
                .mapToObj(offset -> Hash.leaf(new byte[] {(byte) offset}))
                .toList());
        assertThat(full).containsExactly(new Covered("many", 0, 4, 7, 3, root, null, "Measured", "node-1", 4, 7));

        assertThat(gathering.add(source("many", 8, "a"), 50)).isEmpty();
        assertThat(gathering.due(149)).isEmpty();
        assertThat(gathering.due(150)).extracting(Covered::firstOffset).containsExactly(8L);
        assertThat(gathering.due(1000)).isEmpty();
    }

    @Test
    void shouldCoverNothingTwice() {
        Coverage coverage = new Coverage();
        coverage.take(new Covered("t", 1, 3, 5, 2, DIGEST, null, null, null, 0, 0));
        assertThat(coverage.next()).isEqualTo(Map.of(new Coverage.Place("t", 1), 6L));
        assertThatThrownBy(() -> coverage.take(new Covered("t", 1, 5, 5, 1, DIGEST, null, null, null, 0, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is covered twice");
        assertThatThrownBy(() -> new Covered("t", 1, 3, 4, 3, DIGEST, null, null, null, 0, 0))
                .hasMessage("3 records can't lie from offset 3 to 4");
    }
}
