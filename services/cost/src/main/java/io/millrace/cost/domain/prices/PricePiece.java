package io.millrace.cost.domain.prices;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of time with one price.
 *
 * @param from its beginning; ms
 * @param to its end, which is not part of it; ms
 * @param price null where none is known
 */
public record PricePiece(long from, long to, @Nullable Price price) {

    public long ms() {
        return to - from;
    }
}
