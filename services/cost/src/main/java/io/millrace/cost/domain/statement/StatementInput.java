package io.millrace.cost.domain.statement;

import io.millrace.cost.domain.ledger.CostEvent;

/** What statements are made of, in any order and any number of times; {@code at} is when it became known, ms. */
public sealed interface StatementInput {

    long at();

    /** The ledger said what something costs. */
    record CostSaid(CostEvent event) implements StatementInput {
        @Override
        public long at() {
            return event.at();
        }
    }

    /** It became known to whom a job is charged; of several, the last one holds. */
    record JobTagged(String eventId, Charge charge, long at) implements StatementInput {}

    /**
     * A model version answered.
     *
     * @param count how often
     * @param hour in which it did, its beginning; ms
     */
    record PredictionsCounted(String eventId, String modelVersion, long count, long hour, long at)
            implements StatementInput {
        public PredictionsCounted {
            if (count < 0) {
                throw new IllegalArgumentException(modelVersion + " can't have answered " + count + " times");
            }
        }
    }
}
