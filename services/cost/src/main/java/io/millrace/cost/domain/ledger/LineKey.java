package io.millrace.cost.domain.ledger;

import io.millrace.cost.domain.prices.PriceKey;
import java.util.Comparator;

/**
 * What a line of the ledger is about: who held GPUs of a node in an hour, and how they are paid for.
 *
 * @param hour its beginning; ms
 */
public record LineKey(long hour, String node, Holder holder, PriceKey price) implements Comparable<LineKey> {

    /** By hour and node, jobs first. */
    private static final Comparator<LineKey> ORDER = Comparator.comparingLong(LineKey::hour)
            .thenComparing(LineKey::node)
            .thenComparing(key -> key.holder() instanceof Holder.Idle)
            .thenComparing(LineKey::job)
            .thenComparing(LineKey::price);

    @Override
    public int compareTo(LineKey other) {
        return ORDER.compare(this, other);
    }

    private String job() {
        return switch (holder) {
            case Holder.Job(String id) -> id;
            case Holder.Idle() -> "";
        };
    }
}
