package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolEvent.JobQueued;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers submissions: queued, or refused with what to do. */
final class Submissions {

    /** Command, environment and directory together, in bytes: each placement carries them. */
    private static final int LARGEST_WORK = 64 << 10;

    private Submissions() {}

    static PoolEvent answer(Pool pool, SchedulingPolicy policy, Job job) {
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
