package io.millrace.governance.domain.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.governance.domain.audit.Coverage.Place;
import io.millrace.governance.domain.audit.SourceCheck.Result;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition of some records with gaps between their offsets, and entries that cover one to five of them each. */
class SourceCheckTest {

    private static final Place PLACE = new Place("job-events", 2);
    private static final int RECORDS = 200;

    private final SeededRandom random = SeededRandom.of("SourceCheckTest");
    private final List<Long> offsets = new ArrayList<>();
    private final List<AuditEntry> entries = new ArrayList<>();

    @BeforeEach
    void log() {
        long offset = 0;
        for (int i = 0; i < RECORDS; i++) {
            offset += 1 + random.nextInt(3);
            offsets.add(offset);
        }
        for (int at = 0; at < RECORDS; ) {
            int count = Math.min(1 + random.nextInt(5), RECORDS - at);
            entries.add(entry(entries.size(), offsets.subList(at, at + count)));
            at += count;
        }
    }

    private static Hash leaf(long offset) {
        return Hash.leaf(("record " + offset).getBytes(UTF_8));
    }

    private static AuditEntry entry(long index, List<Long> covered) {
        Hash root = TreeEdge.rootOf(covered.stream().map(SourceCheckTest::leaf).toList());
        return new AuditEntry(
                index,
                index * 10,
                new Covered(
                        PLACE.topic(),
                        PLACE.partition(),
                        covered.getFirst(),
                        covered.getLast(),
                        covered.size(),
                        root,
                        null,
                        "JobSubmitted",
                        null,
                        0,
                        0));
    }

    private Result check(List<Long> lying, long begin) {
        return check(lying, begin, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private Result check(List<Long> lying, long begin, long fromMs, long toMs) {
        SourceCheck check = new SourceCheck(fromMs, toMs);
        entries.forEach(check::entry);
        check.begins(PLACE, begin);
        for (long offset : lying) {
            if (offset >= begin && offset >= check.from(PLACE) && offset < check.until(PLACE)) {
                check.record(PLACE, offset, leaf(offset));
            }
        }
        return check.result();
    }

    @Test
    void shouldFindEveryRecordInOneEntry() {
        assertThat(check(offsets, 0)).isEqualTo(new Result(RECORDS, 0, 0, 0, 0, 0, List.of()));
    }

    @Test
    void shouldTellWhatIsMissingFromWhatIsToBeLoggedYet() {
        AuditEntry last = entries.removeLast();
        assertThat(check(offsets, 0))
                .isEqualTo(new Result(RECORDS, 0, last.covered().records(), 0, 0, 0, List.of()));
        AuditEntry dropped = entries.remove(random.nextInt(entries.size() - 1));
        Result result = check(offsets, 0);
        assertThat(result.missing()).isEqualTo(dropped.covered().records());
        assertThat(result.waiting()).isEqualTo(last.covered().records());
        assertThat(result.holds()).isFalse();
        assertThat(result.faults().getFirst())
                .isEqualTo("offset " + dropped.covered().firstOffset() + " of job-events/2 is in no entry");
    }

    @Test
    void shouldFindWhatIsInTwoEntries() {
        AuditEntry twice = random.pick(entries);
        entries.add(new AuditEntry(entries.size(), 0, twice.covered()));
        Result result = check(offsets, 0);
        assertThat(result.doubled()).isEqualTo(twice.covered().records());
        assertThat(result.changed()).isZero();
        assertThat(result.holds()).isFalse();
    }

    @Test
    void shouldFindRecordsThatAreOthersThanTheEntrySays() {
        for (int i = 0; i < RECORDS; i++) {
            List<Long> lying = new ArrayList<>(offsets);
            lying.remove(i);
            Result result = check(lying, 0);
            assertThat(result.changed()).as("without the record at %d", i).isEqualTo(1);
            assertThat(result.missing() + result.doubled()).isZero();
        }
        SourceCheck check = new SourceCheck();
        entries.forEach(check::entry);
        check.begins(PLACE, 0);
        offsets.forEach(offset -> check.record(PLACE, offset, leaf(offset + 1)));
        assertThat(check.result().changed()).isEqualTo(entries.size());
    }

    @Test
    void shouldNotCallMissingWhatTheTopicKeepsNoLonger() {
        int kept = random.nextInt(RECORDS);
        long begin = offsets.get(kept);
        long gone = entries.stream()
                .map(AuditEntry::covered)
                .filter(covered -> covered.firstOffset() < begin)
                .mapToInt(Covered::records)
                .sum();
        assertThat(check(offsets, begin)).isEqualTo(new Result(RECORDS - kept, 0, 0, 0, 0, gone, List.of()));
    }

    @Test
    void shouldLookAtWhatWasLoggedInATimeOnly() {
        List<AuditEntry> asked = entries.subList(5, 12);
        int records =
                asked.stream().mapToInt(entry -> entry.covered().records()).sum();
        assertThat(check(offsets, 0, 50, 120)).isEqualTo(new Result(records, 0, 0, 0, 0, 0, List.of()));
        AuditEntry before = entries.getFirst();
        entries.set(0, entry(0, List.of(before.covered().firstOffset() - 1)));
        assertThat(check(offsets, 0, 50, 120).holds()).isTrue();
        assertThat(check(offsets, 0).holds()).isFalse();
        AuditEntry again = new AuditEntry(entries.size(), 60, entries.get(2).covered());
        entries.add(again);
        assertThat(check(offsets, 0, 50, 120).doubled())
                .isEqualTo(again.covered().records());
    }

    @Test
    void shouldFindEntriesOfWhatIsNoAuditedTopic() {
        SourceCheck check = new SourceCheck();
        entries.forEach(check::entry);
        assertThat(check.result().faults())
                .first()
                .isEqualTo("there are entries of job-events/2, which is not audited or not there");
        assertThatThrownBy(() -> check.record(new Place("x", 0), 0, leaf(0))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNameOnlyTheFirstFaultsButCountAll() {
        entries.subList(0, entries.size() - 1).clear();
        Result result = check(IntStream.range(0, 50).mapToObj(offsets::get).toList(), 0);
        assertThat(result.missing()).isEqualTo(50);
        assertThat(result.faults()).hasSize(20);
    }
}
