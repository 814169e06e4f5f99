package io.millrace.cost.domain.prices;

/** How the GPUs of a node are paid for. */
public enum PurchaseOption {
    ON_DEMAND,
    SPOT,
    RESERVED,
    /** Own hardware, at the price that finance sets for it. */
    OWN
}
