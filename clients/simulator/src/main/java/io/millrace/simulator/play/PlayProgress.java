package io.millrace.simulator.play;

/**
 * Where a play stands.
 *
 * @param nowMs played time
 * @param jobs jobs of the whole play
 * @param waiting submitted, neither running nor over
 * @param over ended or refused
 * @param cycles cycles the scheduler has answered with
 * @param silent whether the scheduler has owed an answer for more than two seconds
 */
public record PlayProgress(
        long nowMs, int jobs, int submitted, int running, int waiting, int over, long cycles, boolean silent) {}
