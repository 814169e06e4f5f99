package io.millrace.cost.domain.prices;

import java.util.Comparator;

/**
 * What a GPU hour costs from an instant on, until a price that is in force later.
 *
 * @param id of the event that published it
 * @param currency USD; there is no other
 * @param microsPerGpuHour micro-dollars
 * @param effectiveAt from when on it is in force; ms
 * @param publishedAt when it was made known, before or after it came into force; ms
 */
public record Price(
        String id, PriceKey of, String currency, long microsPerGpuHour, long effectiveAt, long publishedAt) {

    /** The currency of all prices. */
    public static final String USD = "USD";

    /** Of two that are in force from the same instant the one published later holds, then the one with the greater id. */
    static final Comparator<Price> ORDER = Comparator.comparingLong(Price::effectiveAt)
            .thenComparingLong(Price::publishedAt)
            .thenComparing(Price::id);

    public Price {
        if (!currency.equals(USD)) {
            throw new IllegalArgumentException(
                    "price " + id + " is in " + currency + ": prices are in " + USD + " only, convert it first");
        }
        if (microsPerGpuHour < 0) {
            throw new IllegalArgumentException(
                    "price " + id + " is negative: " + microsPerGpuHour + " micro-dollars per GPU hour");
        }
    }
}
