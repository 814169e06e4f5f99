package io.millrace.scheduler.domain;

/** A job is the {@code index}th, from 0, of {@code size} that were submitted together as {@code arrayId}. */
public record ArrayMembership(String arrayId, int index, int size) {

    /** What the member is called. */
    String jobId() {
        return arrayId + "-" + index;
    }
}
