package io.millrace.bench.scheduler;

import io.millrace.bench.scheduler.StageTimes.Stage;
import io.millrace.streams.decider.Decider;
import java.util.Iterator;

/** A decider with each of its calls timed. */
record TimedDecider<S, I, D>(Decider<S, I, D> timed, StageTimes times) implements Decider<S, I, D> {

    @Override
    public S initialState() {
        return timed.initialState();
    }

    @Override
    public S evolve(S state, I input) {
        long begun = times.begin();
        S evolved = timed.evolve(state, input);
        times.took(Stage.INPUT, begun);
        return evolved;
    }

    @Override
    public S evolveDecided(S state, D decision) {
        long begun = times.begin();
        S evolved = timed.evolveDecided(state, decision);
        times.took(Stage.EVOLVE, begun);
        return evolved;
    }

    @Override
    public Iterator<D> decide(S state, I input) {
        long begun = times.begin();
        Iterator<D> decisions = timed.decide(state, input);
        times.took(Stage.DECIDE, begun);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                long asked = times.begin();
                boolean more = decisions.hasNext();
                times.took(Stage.DECIDE, asked);
                return more;
            }

            @Override
            public D next() {
                long asked = times.begin();
                D next = decisions.next();
                times.took(Stage.DECIDE, asked);
                return next;
            }
        };
    }
}
