package io.millrace.cost.domain.ledger;

/** What the ledger says. What was said is never changed: the sum of all that was said of a line is what it costs. */
public sealed interface CostEvent {

    /** The same however often it is said. */
    String id();

    LineKey of();

    Amount amount();

    /** When it was said; ms. */
    long at();

    /** What a line costs, said when its hour is over. */
    record CostAccrued(LineKey of, Amount amount, long at) implements CostEvent {
        @Override
        public String id() {
            return idOf(of, 0);
        }
    }

    /**
     * What a line costs more than was said, or less.
     *
     * @param amount the difference
     * @param revision how many were said of the line up to this one
     */
    record CostCorrected(LineKey of, Amount amount, Cause cause, int revision, long at) implements CostEvent {
        @Override
        public String id() {
            return idOf(of, revision);
        }
    }

    /** Why a line is corrected. */
    enum Cause {
        /** Something was heard of late that changes how long GPUs were held. */
        LATE_EVENT,
        /** A price was published late. */
        PRICE_RESTATED,
        /** Another line of the node's hour was corrected, and the micro-dollar that didn't divide went elsewhere. */
        ROUNDING
    }

    private static String idOf(LineKey of, int revision) {
        String holder = switch (of.holder()) {
            case Holder.Job(String job) -> "job/" + job;
            case Holder.Idle() -> "idle";
        };
        return String.join(
                "/",
                of.node(),
                Long.toString(of.hour()),
                of.price().gpuType(),
                of.price().option().name(),
                Integer.toString(revision),
                holder);
    }
}
