package io.millrace.agent.domain;

import io.millrace.agent.domain.PartState.Decision;
import io.millrace.agent.domain.PartState.Phase;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The part of one attempt on this node, from its placement to its end.
 *
 * <p>A gang's parts start by the order of the log: every agent says READY, and the gang starts if the last READY stands
 * before any ABORTED. All agents read the same order, so all start or none does. From then on each part says ENDED
 * exactly once, and the lead, the agent of the first node, tells the end of the whole when it knows the end of every
 * part, or has heard nothing of one for so long that it can't run any more.
 */
final class Part {

    /** Takes what a part has to say and to do. */
    interface Sink {
        void say(Report report);

        void act(Action action);
    }

    static final int NOT_FOUND = 127;
    private static final int TERMINATED = 143;

    /** Time between SIGTERM and SIGKILL where nobody said one. */
    private static final long OWN_GRACE_MS = 10_000;

    /** The scheduler asks for a stop at the limit; an agent that has not heard it so much later stops by itself. */
    private static final long LIMIT_SLACK_MS = 120_000;

    private static final long LONGEST_BEAT_INTERVAL_MS = 30_000;

    private final String nodeId;
    private final Placement placement;
    private final AttemptKey key;
    private final boolean lead;

    private Phase phase;
    private final Gang gang;
    private boolean readySaid;
    private boolean abortedSaid;
    private boolean endedSaid;
    private @Nullable Cause cause;
    private long graceMs;
    private long launchedAt;
    private long leaseFrom;
    private long lastBeatAt;
    private boolean closed;
    private @Nullable Report verdict;

    Part(String nodeId, PartState state) {
        this.nodeId = nodeId;
        placement = state.placement();
        key = placement.key();
        lead = placement.lead().equals(nodeId);
        phase = state.phase();
        gang = new Gang(nodeId, state);
        readySaid = state.readySaid();
        abortedSaid = state.abortedSaid();
        endedSaid = state.endedSaid();
        cause = state.cause();
        graceMs = state.graceMs();
        launchedAt = state.launchedAt();
        leaseFrom = state.leaseFrom();
        lastBeatAt = state.lastBeatAt();
        closed = state.closed();
        verdict = state.verdict();
    }

    PartState state() {
        return new PartState(
                placement,
                phase,
                gang.decision(),
                readySaid,
                abortedSaid,
                endedSaid,
                gang.readyNodes(),
                cause,
                graceMs,
                gang.heardNodes(),
                gang.endedNodes(),
                launchedAt,
                leaseFrom,
                lastBeatAt,
                closed,
                verdict);
    }

    Placement placement() {
        return placement;
    }

    /** Whether its GPUs are not for anybody else: a process may be there, or it has promised to start one. */
    boolean holdsGpus() {
        return mayRun() || (phase == Phase.WAITING && readySaid && gang.decision() != Decision.NO);
    }

    private boolean mayRun() {
        return phase == Phase.LAUNCHING || phase == Phase.RUNNING || phase == Phase.STOPPING;
    }

    boolean isForgettable() {
        return closed && phase == Phase.OVER;
    }

    // ---- what the scheduler says

    void stopAsked(Input.StopAsked asked, Sink out) {
        if (verdict != null) {
            out.say(verdict);
            return;
        }
        Cause known = cause;
        // Another agent may have heard it first and said that it gives up; who asked is known here.
        boolean heardOfIt = known != null && known.kind() == Cause.Kind.NODE_LOST;
        boolean open = known == null && (phase != Phase.OVER || placement.isGang());
        if (heardOfIt || open) {
            cause = Cause.stopped(asked.by(), asked.reason());
            graceMs = asked.graceMs();
        }
    }

    void close(Sink out) {
        closed = true;
        if (mayRun()) {
            // Its GPUs may be another's by now.
            endBecause(Cause.stopped(Cause.Kind.SCHEDULER, "for the scheduler the attempt is over"), 0);
            phase = Phase.STOPPING;
            out.act(new Action.Stop(key, 0));
        }
    }

    // ---- what agents say, in the order of the log

    void ready(String node, long now) {
        gang.ready(node, now);
    }

    void aborted(String node, String reason) {
        String why = node + ": " + reason;
        if (gang.aborted()) {
            endBecause(Cause.stopped(Cause.Kind.SCHEDULER, why), 0);
        } else if (gang.decision() == Decision.GO && !node.equals(nodeId)) {
            endBecause(Cause.stopped(Cause.Kind.NODE_LOST, why), OWN_GRACE_MS);
        }
    }

    void ended(Input.Ended told) {
        gang.ended(told.nodeId(), told.exitCode());
        if (told.exitCode() != 0) {
            endBecause(Cause.failed(told.exitCode(), "on " + told.nodeId() + ": " + told.reason()), OWN_GRACE_MS);
        }
    }

    /** @param at not later than now */
    void heard(String node, long at) {
        gang.heard(node, at);
    }

    // ---- what happens here

    void launched(long now, Sink out) {
        if (phase == Phase.LAUNCHING) {
            phase = Phase.RUNNING;
        }
        if (lead && verdict == null) {
            out.say(report(Report.Kind.STARTED, launchedAt, 0, ""));
        }
        lastBeatAt = Math.max(lastBeatAt, now);
    }

    void notLaunched(Input.NotLaunched told, long now, Sink out) {
        if (mayRun()) {
            over(now, told.exitCode(), told.reason(), out);
        }
    }

    void tooLate(long now, Sink out) {
        if (mayRun()) {
            String reason = "it was too late to start";
            endBecause(Cause.stopped(Cause.Kind.SCHEDULER, reason), 0);
            abort(now, reason, out);
            over(now, TERMINATED, reason, out);
        }
    }

    void exited(Input.Exited told, long now, Sink out) {
        if (!mayRun()) {
            return;
        }
        if (phase == Phase.LAUNCHING && told.how() != Input.How.LOST) {
            // It was over before it was seen to run.
            launched(now, out);
        }
        switch (told.how()) {
            case BY_ITSELF -> {}
            case LEASE_EXPIRED -> {
                String reason = "its agent could not report for " + placement.leaseMs() + " ms";
                endBecause(Cause.stopped(Cause.Kind.LEASE_EXPIRED, reason), 0);
                abort(now, reason, out);
            }
            case LOST -> {
                String reason = "its processes were lost with what ran them";
                endBecause(Cause.stopped(Cause.Kind.NODE_LOST, reason), 0);
                abort(now, reason, out);
            }
        }
        over(now, told.exitCode(), "exit code " + told.exitCode(), out);
    }

    void beatStored(long sentAt, Sink out) {
        leaseFrom = Math.max(leaseFrom, sentAt);
        if (mayRun()) {
            out.act(new Action.Renew(key, leaseFrom + placement.leaseMs()));
        }
    }

    void shutDown(long grace, Sink out) {
        if (phase == Phase.OVER) {
            return;
        }
        endBecause(Cause.stopped(Cause.Kind.NODE_LOST, "the agent of " + nodeId + " is stopped"), grace);
        graceMs = Math.min(graceMs, grace);
        if (phase == Phase.STOPPING) {
            out.act(new Action.Stop(key, graceMs));
        }
    }

    /** What may not have been done before this agent was cut off. */
    void resume(Sink out) {
        switch (phase) {
            case LAUNCHING -> out.act(new Action.Launch(placement));
            case STOPPING -> out.act(new Action.Stop(key, graceMs));
            case WAITING, RUNNING, OVER -> {}
        }
    }

    // ---- what follows

    /** @param gpusFree whether no other part on this node holds any of its GPUs */
    void tick(long now, boolean gpusFree, Sink out) {
        switch (phase) {
            case WAITING -> waiting(now, gpusFree, out);
            case LAUNCHING, RUNNING -> running(now, out);
            case STOPPING, OVER -> {}
        }
        if (phase == Phase.OVER && placement.isGang() && gang.decision() == Decision.GO && !endedSaid) {
            // It had said READY and gave up: the others started, and wait for its end.
            sayEnded(now, TERMINATED, cause == null ? "" : cause.reason(), out);
        }
        beat(now, out);
        settle(now, out);
    }

    private void waiting(long now, boolean gpusFree, Sink out) {
        if (placement.work() == null) {
            endBecause(Cause.failed(NOT_FOUND, "the job has no command; submit it with one"), 0);
        } else if (now > placement.startBefore()) {
            endBecause(
                    Cause.stopped(
                            Cause.Kind.SCHEDULER,
                            placement.isGang() && !gang.readyNodes().isEmpty()
                                    ? "not every node was ready in time"
                                    : "it could not be started in time"),
                    0);
        }
        if (cause != null || closed) {
            phase = Phase.OVER;
            if (placement.isGang() && gang.decision() != Decision.NO && placement.work() != null) {
                abort(now, cause == null ? "" : cause.reason(), out);
            }
        } else if (gang.decision() == Decision.GO) {
            if (gpusFree) {
                phase = Phase.LAUNCHING;
                launchedAt = now;
                leaseFrom = now;
                out.act(new Action.Launch(placement));
            }
        } else if (!readySaid && gpusFree) {
            readySaid = true;
            out.say(report(Report.Kind.READY, now, 0, ""));
        }
    }

    private void running(long now, Sink out) {
        boolean known = cause != null;
        Cause found = cause != null ? cause : trouble(now);
        if (found == null) {
            return;
        }
        cause = found;
        if (!known) {
            // What is left of the lease is for an end in good order; at its end nothing may run.
            graceMs = Math.min(OWN_GRACE_MS, placement.leaseMs() / 4);
        }
        if (found.kind() != Cause.Kind.FAILED) {
            abort(now, found.reason(), out);
        }
        phase = Phase.STOPPING;
        out.act(new Action.Stop(key, graceMs));
    }

    /** What this agent alone can see. */
    private @Nullable Cause trouble(long now) {
        long lease = placement.leaseMs();
        long patience = lease - lease / 4;
        Long limit = placement.limitMs();
        if (limit != null && now - launchedAt > limit + LIMIT_SLACK_MS) {
            return Cause.stopped(Cause.Kind.SCHEDULER, "it ran past its limit of " + limit + " ms");
        }
        if (now - leaseFrom > patience) {
            return Cause.stopped(Cause.Kind.LEASE_EXPIRED, nodeId + " can't report");
        }
        if (!placement.isGang()) {
            return null;
        }
        if (!lead) {
            return now - gang.heardOf(placement.lead()) > patience
                    ? Cause.stopped(Cause.Kind.NODE_LOST, "nothing is heard of " + placement.lead())
                    : null;
        }
        String lost = gang.lost(now);
        return lost == null ? null : Cause.stopped(Cause.Kind.NODE_LOST, "nothing is heard of " + lost);
    }

    private void beat(long now, Sink out) {
        boolean speaks = lead
                ? phase == Phase.RUNNING || phase == Phase.STOPPING || (phase == Phase.OVER && launchedAt > 0)
                : mayRun();
        long interval = Math.max(1, Math.min(placement.leaseMs() / 5, LONGEST_BEAT_INTERVAL_MS));
        if (!speaks || verdict != null || closed || now - lastBeatAt < interval) {
            return;
        }
        if (lead && (placement.isGang() ? !gang.othersAlive(now) : phase == Phase.OVER)) {
            return;
        }
        lastBeatAt = now;
        out.act(new Action.Beat(key, lead));
    }

    /** The lead's last word, as soon as nothing of the attempt runs anywhere. */
    private void settle(long now, Sink out) {
        if (!lead || verdict != null || closed || phase != Phase.OVER || !gang.isOverElsewhere(readySaid, now)) {
            return;
        }
        if (cause == null && placement.isGang() && !gang.allEnded()) {
            cause = Cause.stopped(Cause.Kind.NODE_LOST, "a part of it was lost");
        }
        Cause known = cause;
        Report last;
        if (known == null) {
            last = report(Report.Kind.COMPLETED, now, 0, "");
        } else if (known.kind() == Cause.Kind.FAILED) {
            last = report(Report.Kind.FAILED, now, known.exitCode(), known.reason());
        } else {
            last = report(Report.Kind.STOPPED, now, 0, known.reason());
        }
        verdict = last;
        out.say(last);
    }

    private void endBecause(Cause why, long grace) {
        if (cause == null) {
            cause = why;
            graceMs = grace;
        }
    }

    private void abort(long now, String reason, Sink out) {
        if (placement.isGang() && !abortedSaid && !endedSaid) {
            abortedSaid = true;
            out.say(report(Report.Kind.ABORTED, now, 0, reason));
        }
    }

    private void over(long now, int exitCode, String reason, Sink out) {
        phase = Phase.OVER;
        if (placement.isGang()) {
            sayEnded(now, exitCode, reason, out);
        } else if (exitCode != 0) {
            endBecause(Cause.failed(exitCode, reason), 0);
        }
    }

    private void sayEnded(long now, int exitCode, String reason, Sink out) {
        endedSaid = true;
        out.say(report(Report.Kind.ENDED, now, exitCode, reason));
    }

    private Report report(Report.Kind kind, long now, int exitCode, String reason) {
        String id = key + "/" + nodeId + "/" + kind.name().toLowerCase(Locale.ROOT);
        return new Report(
                id, key, now, kind, nodeId, exitCode, reason, cause == null ? Cause.Kind.FAILED : cause.kind());
    }
}
