package io.millrace.cost.domain.prices;

import java.util.Comparator;

/** What has a price: a GPU of a model, paid for in one way. */
public record PriceKey(String gpuType, PurchaseOption option) implements Comparable<PriceKey> {

    private static final Comparator<PriceKey> ORDER =
            Comparator.comparing(PriceKey::gpuType).thenComparing(PriceKey::option);

    public PriceKey {
        if (gpuType.isBlank()) {
            throw new IllegalArgumentException("a price is for a model of GPU, and none is named");
        }
    }

    @Override
    public int compareTo(PriceKey other) {
        return ORDER.compare(this, other);
    }
}
