package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Job.Phase;
import org.jspecify.annotations.Nullable;

/** A job that must come to an end before another may start. */
public record Dependency(String jobId, Condition condition) {

    /** How the other job must end. */
    public enum Condition {
        /** With success. */
        COMPLETED,
        /** However. */
        ENDED
    }

    /** What has become of a dependency. */
    enum State {
        OPEN,
        MET,
        /** The other job ended in a way that was not waited for. */
        FAILED
    }

    /** @param other the job that is waited for; null when the pool does not know it */
    State state(@Nullable Job other) {
        if (other == null || !(other.phase() instanceof Phase.Ended ended)) {
            return State.OPEN;
        }
        return condition == Condition.ENDED || ended.state() == EndState.COMPLETED ? State.MET : State.FAILED;
    }
}
