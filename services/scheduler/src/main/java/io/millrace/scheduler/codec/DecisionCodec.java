package io.millrace.scheduler.codec;

import io.millrace.events.decision.ArrayMembership;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.JobType;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.PriorityTerms;
import io.millrace.events.decision.PromiseRevised;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.ResumePoint;
import io.millrace.events.decision.RevisionCause;
import io.millrace.events.decision.StartPromised;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.decision.Work;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.Launch;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.Priority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/** Writes decisions as they are published, and digests them. For one thread. */
public final class DecisionCodec {

    private static final String ACTOR = "service:scheduler";

    private final SpecificDatumWriter<JobDecision> writer =
            new SpecificDatumWriter<>(JobDecision.getClassSchema(), SpecificData.getForClass(JobDecision.class));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);

    /**
     * @param at logical time, ms
     * @param index of the decision in its cycle; with pool and cycle it makes the event id, the same in every run
     */
    public JobDecision published(String pool, long cycle, int index, long at, PoolEvent.Decision decision) {
        return new JobDecision(
                EventIds.ofDecision(pool, cycle, index),
                Instant.ofEpochMilli(at),
                ACTOR,
                pool,
                cycle,
                payload(decision));
    }

    /** Adds a published decision to a digest: its job id, a zero byte, then its Avro binary form. */
    public void digest(MessageDigest digest, String jobId, JobDecision decision) {
        bytes.reset();
        try {
            writer.write(decision, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory can't fail", e);
        }
        digest.update(jobId.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(bytes.toByteArray());
    }

    private static Object payload(PoolEvent.Decision decision) {
        return switch (decision) {
            case PoolEvent.JobQueued queued ->
                new JobQueued(
                        Instant.ofEpochMilli(queued.submittedAt()),
                        queued.submissionId(),
                        queued.request().queue(),
                        queued.request().team(),
                        queued.request().user(),
                        queued.request().gpus(),
                        queued.request().gpuType(),
                        queued.request().gpusPerNode(),
                        queued.request().estimateMs(),
                        queued.limitMs(),
                        JobType.valueOf(queued.request().type().name()),
                        instant(queued.request().deadlineMs()));
            case PoolEvent.JobRejected rejected ->
                new JobRejected(
                        RejectionCode.valueOf(rejected.code().name()), rejected.message(), rejected.submissionId());
            case PoolEvent.JobPlaced placed ->
                new JobPlaced(
                        placed.attempt(),
                        shares(placed.shares(), placed.launch()),
                        Instant.ofEpochMilli(placed.startBefore()),
                        placed.leaseMs(),
                        placed.request().team(),
                        placed.request().user(),
                        placed.gpuType(),
                        placed.limitMs(),
                        placed.weight(),
                        placed.priority() == null ? null : terms(placed.priority()),
                        work(placed.launch().work()),
                        resume(placed.launch().resume()),
                        array(placed.request().array()));
            case PoolEvent.StartPromised promised -> new StartPromised(Instant.ofEpochMilli(promised.startBy()));
            case PoolEvent.PromiseRevised revised ->
                new PromiseRevised(
                        Instant.ofEpochMilli(revised.promised()),
                        instant(revised.startBy()),
                        RevisionCause.valueOf(revised.cause().name()));
            case PoolEvent.JobRequeued requeued ->
                new JobRequeued(
                        requeued.attempt(),
                        RequeueCause.valueOf(requeued.cause().name()),
                        instant(requeued.startedAt()),
                        Instant.ofEpochMilli(requeued.endedAt()),
                        requeued.gpuMs());
            case PoolEvent.JobEnded ended ->
                new JobEnded(
                        EndState.valueOf(ended.state().name()),
                        ended.attempt(),
                        instant(ended.startedAt()),
                        Instant.ofEpochMilli(ended.endedAt()),
                        ended.gpuMs(),
                        ended.message());
            case PoolEvent.PreemptionRequested preempted ->
                new PreemptionRequested(
                        preempted.attempt(),
                        PreemptionCause.valueOf(preempted.cause().name()),
                        preempted.forJob(),
                        preempted.lostGpuMs(),
                        preempted.graceMs());
            case PoolEvent.StopRequested stop ->
                new StopRequested(
                        stop.attempt(), StopRequestCause.valueOf(stop.cause().name()), stop.graceMs());
        };
    }

    private static PriorityTerms terms(Priority priority) {
        return new PriorityTerms(
                priority.base(),
                priority.fairShare(),
                priority.deadline(),
                priority.seniority(),
                priority.type(),
                priority.queue(),
                priority.age(),
                priority.shortness(),
                priority.usagePenalty(),
                priority.override());
    }

    private static @Nullable Work work(io.millrace.scheduler.domain.@Nullable Work work) {
        return work == null ? null : new Work(work.command(), work.environment(), work.directory());
    }

    private static @Nullable ResumePoint resume(@Nullable Checkpoint newest) {
        return newest == null ? null : new ResumePoint(newest.attempt(), newest.step(), newest.path());
    }

    private static @Nullable ArrayMembership array(io.millrace.scheduler.domain.@Nullable ArrayMembership array) {
        return array == null ? null : new ArrayMembership(array.arrayId(), array.index(), array.size());
    }

    private static List<NodeShare> shares(List<io.millrace.scheduler.domain.NodeShare> shares, Launch launch) {
        return shares.stream()
                .map(share -> new NodeShare(
                        share.nodeId(),
                        indices(share.gpuMask()),
                        launch.addresses().get(share.nodeId())))
                .toList();
    }

    private static List<Integer> indices(long mask) {
        return LongStream.range(0, Long.SIZE)
                .filter(i -> (mask >>> i & 1) == 1)
                .mapToObj(i -> (int) i)
                .toList();
    }

    private static @Nullable Instant instant(@Nullable Long ms) {
        return ms == null ? null : Instant.ofEpochMilli(ms);
    }
}
