package io.millrace.scheduler.domain;

import java.util.Comparator;

/** A waiting job and its priority at one instant: what a cycle orders where priorities are computed. */
interface Contender {

    /** The order in which jobs are considered, total. */
    Comparator<Contender> BY_PRIORITY = (one, other) -> order(one.total(), other.total(), one, other);

    /**
     * The same for jobs that can only pass others, which have promised starts. Shorter jobs first counts among these
     * alone: else a long one would never get its promise.
     */
    Comparator<Contender> SHORT_FIRST =
            (one, other) -> order(one.total() + one.shortness(), other.total() + other.shortness(), one, other);

    private static int order(long points, long otherPoints, Contender one, Contender other) {
        int order = Long.compare(otherPoints, points);
        return order == 0 ? Job.BY_SUBMISSION.compare(one.job(), other.job()) : order;
    }

    Job job();

    /** {@link Priority#total} */
    long total();

    /** {@link Priority#shortness} */
    long shortness();
}
