package io.millrace.cost.domain.budget;

import java.util.List;

/** What is decided about budgets. */
public sealed interface BudgetEvent {

    /** Whether a job may be let in. */
    sealed interface Answer extends BudgetEvent {
        String job();
    }

    /**
     * It may, and what it may cost is kept for it.
     *
     * @param budgets ids of those it is kept of, the widest first
     */
    record Reserved(String job, List<String> budgets, long micros, boolean critical, long at) implements Answer {
        public Reserved {
            budgets = List.copyOf(budgets);
        }
    }

    /**
     * It may not.
     *
     * @param scope where most is missing
     * @param missingMicros how much, in micro-dollars
     */
    record Refused(String job, Scope scope, long missingMicros, long at) implements Answer {}

    /** Nothing limits it: no budget covers its scope now. */
    record NoBudget(String job, long at) implements Answer {}

    /** A job is over and didn't need all that was kept for it. */
    record Released(String job, long micros, long at) implements BudgetEvent {}

    record ThresholdCrossed(String budget, Threshold threshold, long spentMicros, long limitMicros, long at)
            implements BudgetEvent {}

    /** A job that isn't critical is to be stopped: its budget is nearly spent. */
    record StopAsked(String job, String budget, long at) implements BudgetEvent {}

    /**
     * More was spent on a day than is usual.
     *
     * @param day its beginning; ms
     * @param averageMicros of a day, over the days before it
     */
    record SpendSpiked(String budget, long day, long micros, long averageMicros, long at) implements BudgetEvent {}
}
