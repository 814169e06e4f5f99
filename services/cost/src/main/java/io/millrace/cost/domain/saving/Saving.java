package io.millrace.cost.domain.saving;

import java.util.List;

/**
 * What could be saved of the costs that were looked at.
 *
 * @param of id of the job or node
 * @param micros micro-dollars, more than 0
 * @param terms what it was counted from
 */
public record Saving(Kind kind, String of, long micros, List<Term> terms) {

    /** What there is to do. */
    public enum Kind {
        /** The job would do with fewer GPUs. */
        FEWER_GPUS,
        /** The job would do with GPUs of less memory. */
        SMALLER_GPUS,
        /** The job could run on GPUs that may be taken away. */
        SPOT,
        /** Nobody held GPUs of the node. */
        IDLE_GPUS
    }

    /** A number that it was counted from; its name tells the unit. */
    public record Term(String name, long value) {}

    public Saving {
        terms = List.copyOf(terms);
    }
}
