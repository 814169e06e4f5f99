package io.millrace.scheduler.domain;

import java.util.Comparator;

/** A waiting job and its priority at one instant: what a cycle orders where priorities are computed. */
interface Contender {

    /** The order in which jobs are considered, total. */
    Comparator<Contender> BY_PRIORITY =
            Comparator.comparingLong(Contender::total).reversed().thenComparing(Contender::job, Job.BY_SUBMISSION);

    /**
     * The same for jobs that can only pass others, which have promised starts. Shorter jobs first counts among these
     * alone: else a long one would never get its promise.
     */
    Comparator<Contender> SHORT_FIRST = Comparator.comparingLong(
                    (Contender contender) -> contender.total() + contender.shortness())
            .reversed()
            .thenComparing(Contender::job, Job.BY_SUBMISSION);

    Job job();

    /** {@link Priority#total} */
    long total();

    /** {@link Priority#shortness} */
    long shortness();
}
