package io.millrace.tracker.domain;

/**
 * A fact about a run, and where in the log it was said. Of one run all lie in one partition: offsets order them.
 *
 * @param heardAt when the broker got it, ms since the epoch
 * @param occurredAt when it happened, as whoever said it claims; ms since the epoch
 */
public record Said(long offset, String eventId, long heardAt, long occurredAt, String actor, RunFact fact) {}
