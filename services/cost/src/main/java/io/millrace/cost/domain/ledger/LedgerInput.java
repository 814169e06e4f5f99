package io.millrace.cost.domain.ledger;

import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceKey;

/** What a node's ledger hears of, in any order and any number of times; {@code at} is when it happened, ms. */
public sealed interface LedgerInput {

    /** The node is there; what ran there before runs no more. */
    record NodeUp(String eventId, long at, int gpus, PriceKey price) implements LedgerInput {
        public NodeUp {
            requirePositive(gpus);
        }
    }

    /** The node is gone, and everything on it. */
    record NodeDown(String eventId, long at) implements LedgerInput {}

    /**
     * An attempt of a job runs.
     *
     * @param gpus those it holds on this node
     */
    record AttemptStarted(String eventId, long at, String job, int attempt, int gpus, PriceKey price)
            implements LedgerInput {
        public AttemptStarted {
            requirePositive(gpus);
        }
    }

    /** An attempt of a job runs no more, for whatever reason. */
    record AttemptEnded(String eventId, long at, String job, int attempt) implements LedgerInput {}

    record PricePublished(Price price) implements LedgerInput {}

    /** Time has come to {@code at}: what the hours cost that are over is to be said. */
    record Tick(long at) implements LedgerInput {}

    private static void requirePositive(int gpus) {
        if (gpus <= 0) {
            throw new IllegalArgumentException("nobody has " + gpus + " GPUs");
        }
    }
}
