package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.PoolEvent.JobQueued;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers submissions in their order: queued, or refused with what to do. One that is to run after jobs that nobody has
 * heard of is left for a moment, because records of different jobs may overtake one another; so is one that is read
 * before what it waits for, until that is answered.
 */
final class Submissions extends Lookahead {

    /** Command, environment and directory together, in bytes: each placement carries them. */
    private static final int LARGEST_WORK = 64 << 10;

    /** How long a submission is left that waits for jobs that are not known, ms. */
    private static final long DEPENDENCY_PATIENCE_MS = 10_000;

    /** More would have to be gone through each time one of them ends. */
    private static final int MOST_DEPENDENCIES = 1_000;

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Deque<Job> left;

    /** Those that can't be answered before another is, by that one. */
    private final Map<String, List<Job>> behind = new HashMap<>();

    private @Nullable String accepted;

    Submissions(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        left = new ArrayDeque<>(pool.index().submitted());
    }

    /** When a submission is answered at the latest, ms. */
    static long dueAt(Job job) {
        return job.submittedAt() + DEPENDENCY_PATIENCE_MS;
    }

    @Override
    @Nullable
    PoolEvent find() {
        List<Job> released = accepted == null ? null : behind.remove(accepted);
        accepted = null;
        if (released != null) {
            released.reversed().forEach(left::addFirst);
        }
        while (!left.isEmpty()) {
            Job job = left.removeFirst();
            String missing = missing(job);
            if (missing != null && pool.header().now() < dueAt(job)) {
                behind.computeIfAbsent(missing, id -> new ArrayList<>()).add(job);
                continue;
            }
            PoolEvent answer = missing == null ? answer(pool, policy, job) : unknown(job, missing);
            if (answer instanceof JobQueued) {
                accepted = job.id();
            }
            return answer;
        }
        return null;
    }

    /** The first of the jobs it waits for that was not accepted, or not yet; null when all were, or none may be. */
    private @Nullable String missing(Job job) {
        if (fault(job.id(), job.request().after()) != null) {
            return null;
        }
        for (Dependency dependency : job.request().after()) {
            Job other = pool.jobOrNull(dependency.jobId());
            if (other == null || other.phase() instanceof Phase.Submitted) {
                return dependency.jobId();
            }
        }
        return null;
    }

    private static JobRejected unknown(Job job, String missing) {
        return rejected(
                job,
                RejectionCode.UNKNOWN_DEPENDENCY,
                "this pool knows no job " + missing + " to run after: it was refused, ended too long ago, or was never"
                        + " submitted to this pool; submit it first, or submit this job without it");
    }

    /** What is wrong with the jobs it waits for, whatever they are; null when nothing is. */
    private static @Nullable String fault(String jobId, List<Dependency> after) {
        if (after.size() > MOST_DEPENDENCIES) {
            return "a job may run after " + MOST_DEPENDENCIES + " others at most, not after " + after.size()
                    + "; let a job in between wait for some of them";
        }
        return after.stream().anyMatch(dependency -> dependency.jobId().equals(jobId))
                ? "a job can't run after itself; submit it without that"
                : null;
    }

    private static PoolEvent answer(Pool pool, SchedulingPolicy policy, Job job) {
        JobRequest request = job.request();
        Integer perNode = request.gpusPerNode();
        if (request.gpus() < 1) {
            return rejected(
                    job, RejectionCode.INVALID_GPUS, "a job needs at least 1 GPU, this one asks for " + request.gpus());
        }
        if (perNode != null && (perNode < 1 || request.gpus() % perNode != 0)) {
            return rejected(
                    job,
                    RejectionCode.INVALID_GPUS,
                    "gpus must be a multiple of gpus_per_node, " + request.gpus() + " is none of " + perNode);
        }
        QueueLimits limits = policy.queues().get(request.queue());
        if (limits == null) {
            return rejected(
                    job,
                    RejectionCode.UNKNOWN_QUEUE,
                    "there is no queue " + request.queue() + "; queues are "
                            + String.join(", ", policy.queues().keySet()));
        }
        if (limits.maxGpusPerJob() != null && request.gpus() > limits.maxGpusPerJob()) {
            return rejected(
                    job,
                    RejectionCode.EXCEEDS_QUEUE_LIMIT,
                    "queue " + request.queue() + " takes jobs of at most " + limits.maxGpusPerJob()
                            + " GPUs, this one asks for " + request.gpus());
        }
        if ((request.limitMs() != null && request.limitMs() < 1)
                || (request.estimateMs() != null && request.estimateMs() < 0)) {
            return rejected(
                    job,
                    RejectionCode.INVALID_LIMIT,
                    "a limit must be at least 1 ms and an estimate at least 0, not " + request.limitMs() + " and "
                            + request.estimateMs());
        }
        if (limits.maxDurationMs() != null && request.limitMs() != null && request.limitMs() > limits.maxDurationMs()) {
            return rejected(
                    job,
                    RejectionCode.EXCEEDS_QUEUE_LIMIT,
                    "queue " + request.queue() + " takes jobs of at most " + limits.maxDurationMs() / 1000
                            + " s, this one asks for " + request.limitMs() / 1000 + " s");
        }
        int held = pool.fleet().heldOfEmpty(request.shape());
        if (!pool.nodes().isEmpty() && held == 0) {
            return rejected(
                    job,
                    RejectionCode.EXCEEDS_POOL,
                    "no " + request.gpus() + " GPUs"
                            + (request.gpuType() == null ? "" : " of type " + request.gpuType())
                            + (perNode == null ? "" : ", " + perNode + " a node,")
                            + " in this pool even when all its nodes are free");
        }
        int holds = held == 0 ? request.gpus() : held;
        if (exceeds(holds, policy.maxGpusPerUser()) || exceeds(holds, policy.maxGpusPerTeam())) {
            return rejected(
                    job,
                    RejectionCode.EXCEEDS_QUOTA,
                    "a user may hold " + orAny(policy.maxGpusPerUser()) + " GPUs at once and a team "
                            + orAny(policy.maxGpusPerTeam()) + ", this job would hold " + holds);
        }
        if (policy.maxQueuedPerUser() != null && pool.index().waitingOf(request.user()) >= policy.maxQueuedPerUser()) {
            return rejected(
                    job,
                    RejectionCode.EXCEEDS_QUEUED_JOBS,
                    "user " + request.user() + " has " + policy.maxQueuedPerUser()
                            + " jobs waiting, which is the limit; submit again when some have started");
        }
        String wrongAfter = fault(job.id(), request.after());
        if (wrongAfter != null) {
            return rejected(job, RejectionCode.UNKNOWN_DEPENDENCY, wrongAfter);
        }
        String fault = fault(job.id(), request.array());
        Work work = pool.work(job.id());
        if (fault == null && work != null) {
            fault = fault(work);
        }
        if (fault != null) {
            return rejected(job, RejectionCode.INVALID_WORK, fault);
        }
        return new JobQueued(job.id(), job.submittedAt(), job.submissionId(), request, policy.limitMs(request));
    }

    private static boolean exceeds(int gpus, @Nullable Integer quota) {
        return quota != null && gpus > quota;
    }

    private static String orAny(@Nullable Integer quota) {
        return quota == null ? "any number of" : quota.toString();
    }

    private static JobRejected rejected(Job job, RejectionCode code, String message) {
        return new JobRejected(job.id(), job.submissionId(), code, message);
    }

    // ---- work

    /** What is wrong with a job's place in its array; null when nothing is. */
    private static @Nullable String fault(String jobId, @Nullable ArrayMembership array) {
        if (array == null) {
            return null;
        }
        if (array.index() < 0 || array.index() >= array.size()) {
            return "an array of " + array.size() + " jobs has the indices 0 to " + (array.size() - 1) + ", not "
                    + array.index();
        }
        return array.jobId().equals(jobId)
                ? null
                : "member " + array.index() + " of array " + array.arrayId() + " must be called " + array.jobId()
                        + ", not " + jobId;
    }

    /** What is wrong with work; null when nothing is. */
    private static @Nullable String fault(Work work) {
        if (work.command().isEmpty() || work.command().getFirst().isBlank()) {
            return "the command is empty: it must begin with the program to run";
        }
        if (work.directory() != null && work.directory().isBlank()) {
            return "the directory has no name; leave it out for a folder of the attempt's own";
        }
        for (String name : work.environment().keySet()) {
            if (name.isBlank() || name.indexOf('=') >= 0) {
                return "an environment variable can't be called '" + name + "': a name holds something, and no '='";
            }
        }
        long bytes = 0;
        for (String text : texts(work)) {
            if (text.indexOf('\0') >= 0) {
                return "command, environment and directory must hold no zero bytes: no program can be given one";
            }
            bytes += text.getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes <= LARGEST_WORK
                ? null
                : "command, environment and directory have " + bytes + " bytes, at most " + LARGEST_WORK
                        + " are taken; put what is large into a file and name that";
    }

    private static List<String> texts(Work work) {
        List<String> texts = new ArrayList<>(work.command());
        work.environment().forEach((name, value) -> {
            texts.add(name);
            texts.add(value);
        });
        if (work.directory() != null) {
            texts.add(work.directory());
        }
        return texts;
    }
}
