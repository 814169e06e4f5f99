package io.millrace.scheduler.codec;

import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Node;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.domain.PoolEntity.AccountEntity;
import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.HeardEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.scheduler.domain.PoolEntity.LengthsEntity;
import io.millrace.scheduler.domain.PoolEntity.MemberEntity;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import io.millrace.scheduler.domain.PoolEntity.WorkEntity;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.RunLengths;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.scheduler.domain.UserAccount;
import io.millrace.scheduler.domain.Work;
import io.millrace.stores.pool.PoolEntityRecord;
import io.millrace.stores.pool.StoredAccount;
import io.millrace.stores.pool.StoredDuplicate;
import io.millrace.stores.pool.StoredHeader;
import io.millrace.stores.pool.StoredHeard;
import io.millrace.stores.pool.StoredJob;
import io.millrace.stores.pool.StoredLengths;
import io.millrace.stores.pool.StoredNode;
import io.millrace.stores.pool.StoredPolicy;
import io.millrace.stores.pool.StoredStale;
import io.millrace.stores.pool.StoredTeam;
import io.millrace.stores.pool.StoredUser;
import io.millrace.stores.pool.StoredWork;
import io.millrace.streams.StoreSerde;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Entities of a pool's state as bytes: Avro's single-object form, the same bytes for the same entity always. */
public final class StateCodec {

    private static final StoreSerde<PoolEntityRecord> SERDE = StoreSerde.of(PoolEntityRecord.class, "pool-state");

    private StateCodec() {}

    public static byte[] bytes(PoolEntity entity) {
        Object stored = switch (entity) {
            case JobEntity(Job job) -> JobStateCodec.stored(job);
            case WorkEntity(String jobId, Work work) ->
                new StoredWork(jobId, work.command(), work.environment(), work.directory());
            case NodeEntity(Node node) ->
                new StoredNode(
                        node.id(),
                        node.gpus(),
                        node.gpuType(),
                        node.health().name(),
                        node.changedAt(),
                        node.changedBy(),
                        node.upBy(),
                        node.suspectUntil(),
                        node.address(),
                        node.silentAfterMs());
            case HeardEntity(String nodeId, long observed) -> new StoredHeard(nodeId, observed);
            case DuplicateEntity(String jobId, String submissionId) -> new StoredDuplicate(jobId, submissionId);
            case StaleEntity(String jobId, int attempt) -> new StoredStale(jobId, attempt);
            case MemberEntity(Member.Team team) ->
                new StoredTeam(
                        team.name(),
                        team.shares(),
                        team.base(),
                        team.types().stream().map(JobType::name).toList(),
                        team.deadlines());
            case MemberEntity(Member.User user) -> new StoredUser(user.name(), user.shares(), user.seniorityYears());
            case AccountEntity(UserAccount account) -> stored(account);
            case LengthsEntity(RunLengths lengths) ->
                new StoredLengths(
                        lengths.user(),
                        lengths.shape().gpus(),
                        lengths.shape().gpuType(),
                        lengths.shape().gpusPerNode(),
                        lengths.lastMs(),
                        lengths.beforeMs());
            case PolicyEntity policy -> new StoredPolicy(policy.document(), policy.sha256());
            case HeaderEntity header -> stored(header);
        };
        return SERDE.encode(new PoolEntityRecord(stored));
    }

    /** @throws java.io.UncheckedIOException when the bytes are no entity */
    public static PoolEntity entity(byte[] bytes) {
        Object stored = SERDE.decode(bytes).getEntity();
        return switch (stored) {
            case StoredJob job -> new JobEntity(JobStateCodec.job(job));
            case StoredWork work ->
                new WorkEntity(
                        work.getJobId(),
                        new Work(
                                List.copyOf(work.getCommand()),
                                new TreeMap<>(work.getEnvironment()),
                                work.getDirectory()));
            case StoredNode node ->
                new NodeEntity(new Node(
                        node.getNodeId(),
                        node.getGpus(),
                        node.getGpuType(),
                        Health.valueOf(node.getHealth()),
                        node.getChangedAt(),
                        node.getChangedBy(),
                        node.getUpBy(),
                        node.getAddress(),
                        node.getSilentAfterMs(),
                        node.getSuspectUntil()));
            case StoredHeard heard -> new HeardEntity(heard.getNodeId(), heard.getObserved());
            case StoredDuplicate duplicate -> new DuplicateEntity(duplicate.getJobId(), duplicate.getSubmissionId());
            case StoredStale stale -> new StaleEntity(stale.getJobId(), stale.getAttempt());
            case StoredTeam team ->
                new MemberEntity(new Member.Team(
                        team.getTeam(),
                        team.getShares(),
                        team.getBase(),
                        sorted(team.getJobTypes(), JobType::valueOf),
                        team.getDeadlines()));
            case StoredUser user ->
                new MemberEntity(new Member.User(user.getUser(), user.getShares(), user.getSeniorityYears()));
            case StoredAccount account -> new AccountEntity(account(account));
            case StoredLengths lengths ->
                new LengthsEntity(new RunLengths(
                        lengths.getUser(),
                        new JobRequest.Shape(lengths.getGpus(), lengths.getGpuType(), lengths.getGpusPerNode()),
                        lengths.getLastMs(),
                        lengths.getBeforeMs()));
            case StoredPolicy policy ->
                new PolicyEntity(PolicyDocument.parse(policy.getDocument()), policy.getDocument(), policy.getSha256());
            case StoredHeader header ->
                new HeaderEntity(
                        header.getNow(),
                        header.getObserved(),
                        header.getCycle(),
                        header.getFolded(),
                        header.getChanged(),
                        header.getTickAt() == null
                                ? null
                                : new Tick(header.getTickAt(), header.getTickSequence(), header.getTickAwaited()),
                        sorted(header.getDisturbances(), RevisionCause::valueOf),
                        header.getLookAt());
            default -> throw new IllegalStateException("no entity of a pool: " + stored.getClass());
        };
    }

    private static StoredHeader stored(HeaderEntity header) {
        Tick tick = header.tick();
        return new StoredHeader(
                header.now(),
                header.observed(),
                header.cycle(),
                header.folded(),
                header.changed(),
                tick == null ? null : tick.at(),
                tick == null ? 0L : tick.sequence(),
                tick == null ? 0L : tick.awaited(),
                header.disturbances().stream().map(RevisionCause::name).toList(),
                header.lookAt());
    }

    private static StoredAccount stored(UserAccount account) {
        UsageAccount usage = account.usage();
        return new StoredAccount(
                account.team(),
                account.user(),
                usage.gpuMs(),
                usage.runningGpus(),
                usage.runningWeight(),
                usage.base(),
                usage.asOf(),
                account.recentJobs(),
                account.recentAsOf());
    }

    private static UserAccount account(StoredAccount stored) {
        return new UserAccount(
                stored.getTeam(),
                stored.getUser(),
                new UsageAccount(
                        stored.getGpuMs(),
                        stored.getRunningGpus(),
                        stored.getRunningWeight(),
                        stored.getBase(),
                        stored.getAsOf()),
                stored.getRecentJobs(),
                stored.getRecentAsOf());
    }

    private static <E extends Enum<E>> SortedSet<E> sorted(List<String> names, Function<String, E> valueOf) {
        SortedSet<E> words = new TreeSet<>();
        names.forEach(name -> words.add(valueOf.apply(name)));
        return Collections.unmodifiableSortedSet(words);
    }
}
