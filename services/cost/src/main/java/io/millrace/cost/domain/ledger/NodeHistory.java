package io.millrace.cost.domain.ledger;

import io.millrace.cost.domain.prices.PriceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a node was up and which attempts held its GPUs. It follows from the set of what was heard: order and repetition are
 * of no matter. Not thread safe.
 */
final class NodeHistory {

    /** Without end. */
    static final long OPEN = Long.MAX_VALUE;

    /** A stretch of time in which GPUs were there or held; {@code to} is not part of it. */
    record Span(long from, long to, int gpus, PriceKey price) {
        boolean meets(long begin, long end) {
            return from < end && begin < to;
        }
    }

    /** A stretch of time in which a job held GPUs. */
    record Held(String job, Span span) {}

    private record Attempt(String job, int number) implements Comparable<Attempt> {
        private static final Comparator<Attempt> ORDER =
                Comparator.comparing(Attempt::job).thenComparingInt(Attempt::number);

        @Override
        public int compareTo(Attempt other) {
            return ORDER.compare(this, other);
        }
    }

    /** The node came up, or went down if {@code up} is null. */
    private record Change(long at, String eventId, LedgerInput.@Nullable NodeUp up) {
        /** Down comes before up. */
        private static final Comparator<Change> ORDER = Comparator.comparingLong(Change::at)
                .thenComparing(change -> change.up() != null)
                .thenComparing(Change::eventId);
    }

    /** Of events that say the same of an attempt, the first that happened holds. */
    private static final class Bounds {
        private LedgerInput.@Nullable AttemptStarted started;
        private long ended = OPEN;

        void start(LedgerInput.AttemptStarted other) {
            if (started == null
                    || other.at() < started.at()
                    || (other.at() == started.at() && other.eventId().compareTo(started.eventId()) < 0)) {
                started = other;
            }
        }
    }

    private final Set<String> seen = new HashSet<>();
    private final TreeSet<Change> changes = new TreeSet<>(Change.ORDER);
    private final TreeMap<Attempt, Bounds> attempts = new TreeMap<>();

    /** Whether that is new. */
    boolean up(LedgerInput.NodeUp up) {
        return seen.add(up.eventId()) && changes.add(new Change(up.at(), up.eventId(), up));
    }

    boolean down(LedgerInput.NodeDown down) {
        return seen.add(down.eventId()) && changes.add(new Change(down.at(), down.eventId(), null));
    }

    boolean started(LedgerInput.AttemptStarted started) {
        if (!seen.add(started.eventId())) {
            return false;
        }
        bounds(started.job(), started.attempt()).start(started);
        return true;
    }

    boolean ended(LedgerInput.AttemptEnded ended) {
        if (!seen.add(ended.eventId())) {
            return false;
        }
        Bounds bounds = bounds(ended.job(), ended.attempt());
        bounds.ended = Math.min(bounds.ended, ended.at());
        return true;
    }

    private Bounds bounds(String job, int attempt) {
        return attempts.computeIfAbsent(new Attempt(job, attempt), key -> new Bounds());
    }

    /** When the node was up, between two instants. */
    List<Span> ups(long from, long to) {
        List<Span> spans = new ArrayList<>();
        LedgerInput.NodeUp up = null;
        for (Change change : changes) {
            if (up != null) {
                add(spans, new Span(up.at(), change.at(), up.gpus(), up.price()), from, to);
            }
            up = change.up();
        }
        if (up != null) {
            add(spans, new Span(up.at(), OPEN, up.gpus(), up.price()), from, to);
        }
        return spans;
    }

    private static void add(List<Span> spans, Span span, long from, long to) {
        if (span.from() < span.to() && span.meets(from, to)) {
            spans.add(new Span(Math.max(from, span.from()), Math.min(to, span.to()), span.gpus(), span.price()));
        }
    }

    /** What attempts held between two instants. An attempt is over when the node goes down or comes up anew. */
    List<Held> held(long from, long to) {
        List<Held> held = new ArrayList<>();
        attempts.forEach((attempt, bounds) -> {
            LedgerInput.AttemptStarted started = bounds.started;
            if (started == null) {
                return;
            }
            long end = Math.min(bounds.ended, goneAfter(started.at()));
            List<Span> spans = new ArrayList<>();
            add(spans, new Span(started.at(), end, started.gpus(), started.price()), from, to);
            spans.forEach(span -> held.add(new Held(attempt.job(), span)));
        });
        return held;
    }

    private long goneAfter(long at) {
        if (at == OPEN) {
            return OPEN;
        }
        // Everything at a later instant sorts after this, whatever it is.
        Change next = changes.ceiling(new Change(at + 1, "", null));
        return next == null ? OPEN : next.at();
    }

    /** When the first thing happened that is known of; {@link #OPEN} if nothing is. */
    long begin() {
        long first = changes.isEmpty() ? OPEN : changes.first().at();
        for (Bounds bounds : attempts.values()) {
            if (bounds.started != null) {
                first = Math.min(first, bounds.started.at());
            }
        }
        return first;
    }
}
