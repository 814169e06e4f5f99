package io.millrace.tracker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What a run has one of. Beside what later words change stands the offset of the word that holds.
 *
 * @param startedOffset null while nothing told that it began; then it is not shown
 * @param parentRunId run this one is a part of
 * @param stateOffset −1 before the first word of it
 * @param times of the run, ms since the epoch
 * @param silentAfterMs after how long without a word it is lost; null for never
 * @param lastHeard when the broker last got a word of it, ms since the epoch
 */
public record RunHead(
        @Nullable Long startedOffset,
        @Nullable String experimentId,
        @Nullable String experiment,
        String user,
        String name,
        @Nullable String jobId,
        @Nullable Integer attempt,
        @Nullable String parentRunId,
        RunState state,
        long stateOffset,
        @Nullable String endMessage,
        Times times,
        boolean deleted,
        long deletedOffset,
        @Nullable Long silentAfterMs,
        long lastHeard,
        @Nullable String manifest,
        long manifestOffset) {

    /** When a run began, ended and was deleted or restored. */
    public record Times(
            @Nullable Long start,
            @Nullable Long end,
            @Nullable Long lifecycle) {}

    /** Of a run of which nothing is known. */
    public static final RunHead UNKNOWN = new RunHead(
            null,
            null,
            null,
            "",
            "",
            null,
            null,
            null,
            RunState.RUNNING,
            -1,
            null,
            new Times(null, null, null),
            false,
            -1,
            null,
            0,
            null,
            -1);

    RunHead heardAt(long time) {
        return time <= lastHeard
                ? this
                : new RunHead(
                        startedOffset,
                        experimentId,
                        experiment,
                        user,
                        name,
                        jobId,
                        attempt,
                        parentRunId,
                        state,
                        stateOffset,
                        endMessage,
                        times,
                        deleted,
                        deletedOffset,
                        silentAfterMs,
                        time,
                        manifest,
                        manifestOffset);
    }

    /** The first beginning says what the run is; a later one only that another attempt goes on with it. */
    RunHead started(Said said, RunFact.Started started, String inExperiment) {
        boolean first = startedOffset == null || said.offset() < startedOffset;
        Integer newest = attempt == null || (started.attempt() != null && started.attempt() > attempt)
                ? started.attempt()
                : attempt;
        if (!first) {
            return new RunHead(
                    startedOffset,
                    experimentId,
                    experiment,
                    user,
                    name,
                    jobId,
                    newest,
                    parentRunId,
                    state,
                    stateOffset,
                    endMessage,
                    times,
                    deleted,
                    deletedOffset,
                    silentAfterMs,
                    lastHeard,
                    manifest,
                    manifestOffset);
        }
        return new RunHead(
                said.offset(),
                inExperiment,
                started.experiment(),
                started.user(),
                name,
                started.jobId(),
                newest,
                parentRunId,
                state,
                stateOffset,
                endMessage,
                new Times(said.occurredAt(), times.end(), times.lifecycle()),
                deleted,
                deletedOffset,
                started.silentAfterMs() == null ? silentAfterMs : started.silentAfterMs(),
                lastHeard,
                manifest,
                manifestOffset);
    }

    RunHead state(long offset, RunState now, @Nullable Long endedAt, @Nullable String message) {
        return offset <= stateOffset
                ? this
                : new RunHead(
                        startedOffset,
                        experimentId,
                        experiment,
                        user,
                        name,
                        jobId,
                        attempt,
                        parentRunId,
                        now,
                        offset,
                        message,
                        new Times(times.start(), endedAt, times.lifecycle()),
                        deleted,
                        deletedOffset,
                        silentAfterMs,
                        lastHeard,
                        manifest,
                        manifestOffset);
    }

    RunHead deleted(long offset, boolean now, long at) {
        return offset <= deletedOffset
                ? this
                : new RunHead(
                        startedOffset,
                        experimentId,
                        experiment,
                        user,
                        name,
                        jobId,
                        attempt,
                        parentRunId,
                        state,
                        stateOffset,
                        endMessage,
                        new Times(times.start(), times.end(), at),
                        now,
                        offset,
                        silentAfterMs,
                        lastHeard,
                        manifest,
                        manifestOffset);
    }

    RunHead manifest(long offset, String json) {
        return offset <= manifestOffset
                ? this
                : new RunHead(
                        startedOffset,
                        experimentId,
                        experiment,
                        user,
                        name,
                        jobId,
                        attempt,
                        parentRunId,
                        state,
                        stateOffset,
                        endMessage,
                        times,
                        deleted,
                        deletedOffset,
                        silentAfterMs,
                        lastHeard,
                        json,
                        offset);
    }

    RunHead silentAfter(long ms) {
        return new RunHead(
                startedOffset,
                experimentId,
                experiment,
                user,
                name,
                jobId,
                attempt,
                parentRunId,
                state,
                stateOffset,
                endMessage,
                times,
                deleted,
                deletedOffset,
                ms,
                lastHeard,
                manifest,
                manifestOffset);
    }

    RunHead name(String now) {
        return new RunHead(
                startedOffset,
                experimentId,
                experiment,
                user,
                now,
                jobId,
                attempt,
                parentRunId,
                state,
                stateOffset,
                endMessage,
                times,
                deleted,
                deletedOffset,
                silentAfterMs,
                lastHeard,
                manifest,
                manifestOffset);
    }

    RunHead parent(@Nullable String now) {
        return new RunHead(
                startedOffset,
                experimentId,
                experiment,
                user,
                name,
                jobId,
                attempt,
                now,
                state,
                stateOffset,
                endMessage,
                times,
                deleted,
                deletedOffset,
                silentAfterMs,
                lastHeard,
                manifest,
                manifestOffset);
    }
}
