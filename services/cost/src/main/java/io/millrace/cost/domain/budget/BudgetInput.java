package io.millrace.cost.domain.budget;

/** What the budgets hear of, in the order of their log; {@code at} is when it happened, ms. */
public sealed interface BudgetInput {

    long at();

    /** A budget is set, or changed if there is one of its id. */
    record BudgetSet(String eventId, Budget budget, long at) implements BudgetInput {}

    /**
     * A job is to be let in.
     *
     * @param micros the most it may cost, in micro-dollars
     * @param critical whether it goes on when the budget is nearly spent
     */
    record ReservationAsked(String job, Scope scope, long micros, boolean critical, long at) implements BudgetInput {
        public ReservationAsked {
            if (micros < 0) {
                throw new IllegalArgumentException("job " + job + " asks for " + micros + " micro-dollars");
            }
        }
    }

    /**
     * A cost was accrued or corrected.
     *
     * @param eventId that of the ledger's event
     * @param job empty where it is no job's
     * @param micros less than nothing where a cost is taken back
     * @param at the hour of the cost
     */
    record Spent(String eventId, String job, Scope scope, long micros, long at) implements BudgetInput {}

    /**
     * A job runs no more and won't again.
     *
     * @param costMicros what it cost in all, also what the ledger has yet to say
     */
    record JobEnded(String job, long costMicros, long at) implements BudgetInput {}
}
