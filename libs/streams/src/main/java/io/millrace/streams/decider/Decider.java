package io.millrace.streams.decider;

import java.util.Iterator;

/**
 * Decides from the inputs of one log, and from nothing else. State changes only by evolving; live and replay go the
 * same way: {@code evolve} the input, then for each decision of {@code decide} in turn {@code evolveDecided}.
 *
 * @param <S> state, may be mutable; the evolved one is the one returned
 * @param <I> what happened
 * @param <D> what is decided
 */
public interface Decider<S, I, D> {

    S initialState();

    /** Applies what happened; repeated inputs change nothing. */
    S evolve(S state, I input);

    /** Applies what was decided. */
    S evolveDecided(S state, D decision);

    /**
     * What is decided now that {@code input} was applied. The iterator is lazy: the caller evolves the state by each
     * element before asking for the next, so a later decision rests on the earlier ones.
     */
    Iterator<D> decide(S state, I input);
}
