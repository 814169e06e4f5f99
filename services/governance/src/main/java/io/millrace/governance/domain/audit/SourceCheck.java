package io.millrace.governance.domain.audit;

import io.millrace.governance.domain.audit.Coverage.Place;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds records of audited topics against the entries that cover them, counting for itself. It is given all entries of a
 * log first; then, of each partition, where it begins and the records that are {@link #from} here {@link #until} there,
 * in their order. Not thread safe.
 */
public final class SourceCheck {

    private static final int MOST_FAULTS = 20;
    private static final Comparator<Span> IN_ORDER =
            Comparator.comparingLong((Span span) -> span.first).thenComparingLong(span -> span.index);

    /**
     * What was found.
     *
     * @param records how many were looked at
     * @param missing records in no entry, with later ones of their partition in some
     * @param waiting records after all that their partition's entries cover: they are to be logged yet
     * @param doubled records in more than one entry
     * @param changed entries that say other than what lies in the topics
     * @param gone records of entries of which the topics hold no longer all
     * @param faults the first of what does not hold, in sentences
     */
    public record Result(
            long records, long missing, long waiting, long doubled, long changed, long gone, List<String> faults) {
        public Result {
            faults = List.copyOf(faults);
        }

        /** Whether all that is logged is so, and nothing was left out. */
        public boolean holds() {
            return missing == 0 && doubled == 0 && changed == 0;
        }
    }

    /** What an entry covers, and what was found of it so far. */
    private static final class Span {
        private final long index;
        private final long first;
        private final long last;
        private final int records;
        private final Hash digest;
        private final boolean wanted;
        private final TreeEdge found = new TreeEdge();
        private boolean checked;

        private Span(AuditEntry entry, boolean wanted) {
            this.index = entry.index();
            this.first = entry.covered().firstOffset();
            this.last = entry.covered().lastOffset();
            this.records = entry.covered().records();
            this.digest = entry.covered().digest();
            this.wanted = wanted;
        }
    }

    /** The entries of a partition. */
    private static final class Held {
        private final List<Span> spans = new ArrayList<>();
        private final List<Span> open = new ArrayList<>();
        private int next;

        /** After the last that is covered: by any entry, by those before the time that is asked for, by those up to its end. */
        private long covered;

        private long before;
        private long within;
        private long from = -1;
        private long until;
    }

    private static final Held NOTHING = new Held();

    private final long fromMs;
    private final long toMs;
    private final TreeMap<Place, Held> places = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private long records;
    private long missing;
    private long waiting;
    private long doubled;
    private long changed;
    private long gone;

    /** Looks at everything. */
    public SourceCheck() {
        this(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /**
     * Looks at what was logged in a time, and at what should have been.
     *
     * @param fromMs ms since the epoch
     * @param toMs before when; the latest possible for no end, then also at what is not logged yet
     */
    public SourceCheck(long fromMs, long toMs) {
        this.fromMs = fromMs;
        this.toMs = toMs;
    }

    /** Takes an entry of the log. */
    public void entry(AuditEntry entry) {
        Covered covered = entry.covered();
        Held held = places.computeIfAbsent(new Place(covered.topic(), covered.partition()), any -> new Held());
        boolean before = entry.loggedAt() < fromMs;
        boolean after = entry.loggedAt() >= toMs;
        held.spans.add(new Span(entry, !before && !after));
        held.covered = Math.max(held.covered, covered.lastOffset() + 1);
        if (before) {
            held.before = Math.max(held.before, covered.lastOffset() + 1);
        }
        if (!after) {
            held.within = Math.max(held.within, covered.lastOffset() + 1);
        }
    }

    /** The offset of a partition from which on its records are looked at. */
    public long from(Place place) {
        return places.getOrDefault(place, NOTHING).before;
    }

    /** The offset of a partition before which its records are looked at. */
    public long until(Place place) {
        return toMs == Long.MAX_VALUE ? Long.MAX_VALUE : places.getOrDefault(place, NOTHING).within;
    }

    /**
     * Says where a partition begins now, before its first record is given; also of one without records.
     *
     * @param offset what was before it, the topic keeps no longer
     */
    public void begins(Place place, long offset) {
        Held held = places.computeIfAbsent(place, any -> new Held());
        held.from = Math.max(offset, from(place));
        held.until = until(place);
        held.spans.sort(IN_ORDER);
        for (Span span : held.spans) {
            span.checked = span.first >= held.from && span.last < held.until;
            if (span.wanted && span.first < held.before) {
                doubled += span.records;
                fault("entry " + span.index + " covers again what earlier entries do");
            } else if (span.wanted && span.first < offset) {
                gone += span.records;
            }
        }
    }

    /**
     * Takes the next record of a partition.
     *
     * @param leaf hash of the leaf with its bytes
     * @throws IllegalStateException when nobody said where the partition begins
     */
    public void record(Place place, long offset, Hash leaf) {
        Held held = places.get(place);
        if (held == null || held.from < 0) {
            throw new IllegalStateException("nobody said where " + place + " begins");
        }
        while (held.next < held.spans.size() && held.spans.get(held.next).first <= offset) {
            held.open.add(held.spans.get(held.next++));
        }
        held.open.removeIf(span -> {
            boolean over = span.last < offset;
            if (over) {
                close(place, span);
            }
            return over;
        });
        records++;
        if (held.open.isEmpty() && offset >= held.covered) {
            waiting++;
        } else if (held.open.isEmpty()) {
            missing++;
            fault("offset " + offset + " of " + place.topic() + "/" + place.partition() + " is in no entry");
        } else if (held.open.size() > 1) {
            doubled++;
            fault("offset " + offset + " of " + place.topic() + "/" + place.partition() + " is in entries "
                    + held.open.get(0).index + " and " + held.open.get(1).index);
        }
        held.open.forEach(span -> span.found.append(leaf));
    }

    private void close(Place place, Span span) {
        if (span.checked
                && (span.found.size() != span.records || !span.found.root().equals(span.digest))) {
            changed++;
            fault("entry " + span.index + " says other than what lies in " + place.topic() + "/" + place.partition()
                    + " from offset " + span.first + " to " + span.last);
        }
    }

    private void fault(String text) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(text);
        }
    }

    /** What was found, after the last record of the last partition; asked once. */
    public Result result() {
        for (Map.Entry<Place, Held> one : places.entrySet()) {
            Held held = one.getValue();
            if (held.from < 0 && held.spans.stream().anyMatch(span -> span.wanted)) {
                changed++;
                fault("there are entries of " + one.getKey().topic() + "/"
                        + one.getKey().partition() + ", which is not audited or not there");
            }
            held.open.forEach(span -> close(one.getKey(), span));
            held.spans.subList(held.next, held.spans.size()).forEach(span -> close(one.getKey(), span));
        }
        return new Result(records, missing, waiting, doubled, changed, gone, faults);
    }
}
