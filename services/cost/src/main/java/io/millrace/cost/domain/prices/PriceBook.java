package io.millrace.cost.domain.prices;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All prices that were ever published. Nothing is taken back: a price that was wrong is published anew, and then holds
 * from its own instant until the next price that comes into force. The order of publication is of no matter. Not thread
 * safe.
 */
public final class PriceBook {

    private final TreeMap<PriceKey, TreeSet<Price>> prices = new TreeMap<>();
    private final Set<String> ids = new HashSet<>();

    /** Takes a price; one whose id is known changes nothing and gives false. */
    public boolean publish(Price price) {
        return ids.add(price.id())
                && prices.computeIfAbsent(price.of(), key -> new TreeSet<>(Price.ORDER))
                        .add(price);
    }

    /**
     * The prices of a stretch of time, in order and without gaps.
     *
     * @param from its beginning; ms
     * @param to its end, which is not part of it; ms
     * @param asOf what was published later is not seen; ms
     */
    public List<PricePiece> pieces(PriceKey key, long from, long to, long asOf) {
        List<PricePiece> pieces = new ArrayList<>();
        long begin = from;
        @Nullable Price current = null;
        for (Price next : prices.getOrDefault(key, new TreeSet<>(Price.ORDER))) {
            if (next.effectiveAt() >= to) {
                break;
            }
            if (next.publishedAt() > asOf) {
                continue;
            }
            if (next.effectiveAt() > begin) {
                pieces.add(new PricePiece(begin, next.effectiveAt(), current));
                begin = next.effectiveAt();
            }
            current = next;
        }
        if (begin < to) {
            pieces.add(new PricePiece(begin, to, current));
        }
        return pieces;
    }

    /** From when on prices may differ that were published after one instant and until another; empty where none was. */
    public OptionalLong changedFrom(long publishedAfter, long publishedUntil) {
        return prices.values().stream()
                .flatMap(Set::stream)
                .filter(price -> price.publishedAt() > publishedAfter && price.publishedAt() <= publishedUntil)
                .mapToLong(Price::effectiveAt)
                .min();
    }
}
