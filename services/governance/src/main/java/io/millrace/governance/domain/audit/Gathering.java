package io.millrace.governance.domain.audit;

import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts records together that one entry is to cover. Of most topics an entry covers one record; of those with very many
 * records, up to so many of one partition, and not later than after a while. Not thread safe.
 */
public final class Gathering {

    /**
     * A record of an audited topic.
     *
     * @param digest hash of the leaf with its bytes
     * @param at when it happened, as it says, ms since the epoch
     */
    public record Source(
            String topic,
            int partition,
            long offset,
            Hash digest,
            @Nullable String actor,
            String action,
            @Nullable String subject,
            long at) {}

    private record Place(String topic, int partition) {}

    private record Pending(long since, List<Source> records) {}

    private final Set<String> many;
    private final int most;
    private final long patienceMs;
    private final Map<Place, Pending> pending = new LinkedHashMap<>();

    /**
     * @param many topics of which an entry covers several records
     * @param most how many at most
     * @param patienceMs how long one waits for others
     */
    public Gathering(Set<String> many, int most, long patienceMs) {
        this.many = Set.copyOf(many);
        this.most = most;
        this.patienceMs = patienceMs;
    }

    /** Takes the next record of its partition; gives what is to be logged now. */
    public List<Covered> add(Source record, long now) {
        if (!many.contains(record.topic())) {
            return List.of(cover(List.of(record)));
        }
        Place place = new Place(record.topic(), record.partition());
        Pending waiting = pending.computeIfAbsent(place, any -> new Pending(now, new ArrayList<>()));
        waiting.records().add(record);
        if (waiting.records().size() < most) {
            return List.of();
        }
        pending.remove(place);
        return List.of(cover(waiting.records()));
    }

    /** What has waited long enough. */
    public List<Covered> due(long now) {
        List<Covered> due = new ArrayList<>();
        pending.values().removeIf(waiting -> {
            boolean over = now - waiting.since() >= patienceMs;
            if (over) {
                due.add(cover(waiting.records()));
            }
            return over;
        });
        return due;
    }

    private static Covered cover(List<Source> records) {
        Source first = records.getFirst();
        return new Covered(
                first.topic(),
                first.partition(),
                first.offset(),
                records.getLast().offset(),
                records.size(),
                TreeEdge.rootOf(records.stream().map(Source::digest).toList()),
                shared(records, Source::actor),
                shared(records, Source::action),
                shared(records, Source::subject),
                records.stream().mapToLong(Source::at).min().orElseThrow(),
                records.stream().mapToLong(Source::at).max().orElseThrow());
    }

    private static @Nullable String shared(List<Source> records, Function<Source, @Nullable String> part) {
        String first = part.apply(records.getFirst());
        return records.stream().allMatch(one -> Objects.equals(part.apply(one), first)) ? first : null;
    }
}
