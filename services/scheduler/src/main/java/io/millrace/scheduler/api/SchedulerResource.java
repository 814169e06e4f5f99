package io.millrace.scheduler.api;

import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.RestoredPools;
import io.millrace.scheduler.RestoredPools.RestoredPool;
import io.millrace.scheduler.api.SchedulerViews.NodeView;
import io.millrace.scheduler.api.SchedulerViews.PolicyView;
import io.millrace.scheduler.api.SchedulerViews.PoolView;
import io.millrace.scheduler.api.SchedulerViews.Snapshot;
import io.millrace.scheduler.api.SchedulerViews.UsageView;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.streams.ServiceClock;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Queue, jobs, nodes and usage, as the scheduler's topics tell. Reads only. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class SchedulerResource {

    private static final int AHEAD_NAMED = 10;

    /** A waiting job; {@code position} counts from 1 in the order the policy considers jobs. */
    public record QueueRow(
            int position,
            String jobId,
            @Nullable String pool,
            @Nullable String team,
            @Nullable String user,
            int gpus,
            @Nullable Instant submittedAt,
            @Nullable Double waitS,
            List<String> reasons) {}

    /** A node, and what of it is held. */
    public record NodeRow(
            String nodeId, String pool, String gpuType, String health, int gpus, int held, List<String> jobs) {}

    /**
     * Usage of a team or user now.
     *
     * @param share of all teams', or of all the team's users'
     * @param factor 2^(−usage's part / share): 1 for no usage, 0.5 for just the share
     */
    public record UsageRow(
            String key,
            String team,
            @Nullable String user,
            Instant asOf,
            long runningGpus,
            long gpuMs,
            double decayedGpuS,
            double share,
            double factor) {}

    /** A pool's last cycle, and what its store held when this process began with it. */
    public record PoolState(
            String pool,
            @Nullable Instant at,
            @Nullable Long cycle,
            @Nullable String stateHash,
            @Nullable String policySha256,
            @Nullable Integer pending,
            @Nullable Integer gpusHeld,
            @Nullable RestoredPool restored) {}

    private final SchedulerViews views;
    private final RestoredPools restored;
    private final ServiceClock clock;

    SchedulerResource(SchedulerViews views, RestoredPools restored, ServiceClock clock) {
        this.views = views;
        this.restored = restored;
        this.clock = clock;
    }

    /** What was not found, in the words of whoever looked for it. */
    public record Missing(String error) {}

    @ServerExceptionMapper
    public RestResponse<Missing> missing(NotFoundException e) {
        return RestResponse.status(RestResponse.Status.NOT_FOUND, new Missing(Objects.toString(e.getMessage(), "")));
    }

    @GET
    @Path("/queue")
    public List<QueueRow> queue(@QueryParam("pool") @Nullable String pool) {
        return views.read(all -> {
            if (pool != null && !all.pools().containsKey(pool)) {
                throw new NotFoundException("there is no pool " + pool);
            }
            List<QueueRow> rows = new ArrayList<>();
            Map<String, Integer> positions = new HashMap<>();
            for (JobView job : waiting(all)) {
                if (pool == null || pool.equals(job.pool())) {
                    int position = positions.merge(Objects.toString(job.pool()), 1, Integer::sum);
                    JobRow row = job.row(now(all, job.pool()));
                    rows.add(new QueueRow(
                            position,
                            row.jobId(),
                            row.pool(),
                            row.team(),
                            row.user(),
                            row.gpus(),
                            row.submittedAt(),
                            row.waitS(),
                            row.reasons()));
                }
            }
            return rows;
        });
    }

    /** @param state only jobs in it; see {@link JobRow#state} */
    @GET
    @Path("/jobs")
    public List<JobRow> jobs(
            @QueryParam("state") @Nullable String state, @QueryParam("limit") @DefaultValue("1000") int limit) {
        return views.read(all -> all.jobs().values().stream()
                .filter(job -> job.isAsked() && (state == null || state.equalsIgnoreCase(job.state())))
                .sorted(Comparator.comparing(JobView::jobId))
                .limit(Math.max(0, limit))
                .map(job -> job.row(now(all, job.pool())))
                .toList());
    }

    @GET
    @Path("/jobs/{id}")
    public JobRow job(@PathParam("id") String jobId) {
        return views.read(all -> find(all, jobId).row(now(all, find(all, jobId).pool())));
    }

    @GET
    @Path("/jobs/{id}/explanation")
    public Explanation explanation(@PathParam("id") String jobId) {
        return views.read(all -> {
            JobView job = find(all, jobId);
            List<String> queue = waiting(all).stream()
                    .filter(other -> Objects.equals(other.pool(), job.pool()))
                    .map(JobView::jobId)
                    .toList();
            int ahead = queue.indexOf(jobId);
            PolicyView policy = all.policy();
            return new Explanation(
                    job.row(now(all, job.pool())),
                    policy == null ? null : policy.policy().rule().ruleName(),
                    policy == null ? null : policy.sha256(),
                    job.waits() ? ahead + 1 : null,
                    ahead < 0 ? List.of() : queue.subList(Math.max(0, ahead - AHEAD_NAMED), ahead),
                    job.waits()
                            ? Explanation.blockers(
                                    job.reasons(),
                                    free(all, job),
                                    ahead > 0 ? queue.getFirst() : null,
                                    keptFor(all, job))
                            : List.of(),
                    job.waits() ? free(all, job) : null,
                    job.steps());
        });
    }

    @GET
    @Path("/nodes")
    public List<NodeRow> nodes() {
        return views.read(all -> {
            Map<String, Integer> held = new HashMap<>();
            Map<String, List<String>> jobs = new HashMap<>();
            held(all, held, jobs);
            return all.nodes().values().stream()
                    .map(node -> new NodeRow(
                            node.nodeId(),
                            node.pool(),
                            node.gpuType(),
                            node.health(),
                            node.gpus(),
                            held.getOrDefault(node.nodeId(), 0),
                            jobs.getOrDefault(node.nodeId(), List.of()).stream()
                                    .sorted()
                                    .toList()))
                    .toList();
        });
    }

    @GET
    @Path("/usage")
    public List<UsageRow> usage() {
        return views.read(all -> {
            Instant now = clock.ticks()
                    ? Instant.ofEpochMilli(clock.nowMs())
                    : all.pools().values().stream()
                            .map(PoolView::at)
                            .max(Comparator.naturalOrder())
                            .orElse(Instant.EPOCH);
            Map<String, Double> current = new HashMap<>();
            all.usage().forEach((key, row) -> current.put(key, decayed(row, now)));
            List<UsageRow> rows = new ArrayList<>();
            all.usage().forEach((key, row) -> {
                UsageMeasured usage = row.usage();
                List<String> siblings = all.usage().entrySet().stream()
                        .filter(other -> siblings(usage, other.getValue().usage()))
                        .map(Map.Entry::getKey)
                        .toList();
                double total = siblings.stream()
                        .mapToDouble(sibling -> current.getOrDefault(sibling, 0.0))
                        .sum();
                double share = 1.0 / siblings.size();
                double own = current.getOrDefault(key, 0.0);
                rows.add(new UsageRow(
                        key,
                        usage.getTeam(),
                        usage.getUser(),
                        now.isAfter(row.at()) ? now : row.at(),
                        usage.getRunningGpus(),
                        usage.getGpuMs(),
                        own,
                        share,
                        total == 0 ? 1 : StrictMath.pow(2, -(own / total) / share)));
            });
            return rows;
        });
    }

    @GET
    @Path("/pools/{pool}/state")
    public PoolState pool(@PathParam("pool") String name) {
        PoolView last = views.read(all -> all.pools().get(name));
        RestoredPool begun = restored.of(name).orElse(null);
        if (last == null && begun == null) {
            throw new NotFoundException("pool " + name + " has not decided anything yet, or does not exist");
        }
        return new PoolState(
                name,
                last == null ? null : last.at(),
                last == null ? null : last.cycle().getCycle(),
                last == null ? null : last.cycle().getStateHash(),
                last == null ? null : last.cycle().getPolicySha256(),
                last == null ? null : last.cycle().getPending(),
                last == null ? null : last.cycle().getGpusHeld(),
                begun);
    }

    // ---- reading

    private static JobView find(Snapshot all, String jobId) {
        JobView job = all.jobs().get(jobId);
        if (job == null || !job.isAsked()) {
            throw new NotFoundException("there is no job " + jobId);
        }
        return job;
    }

    /** Jobs that wait, in the policy's order. */
    private static List<JobView> waiting(Snapshot all) {
        record Ordered(JobView view, Job job) {}
        Comparator<Job> order = all.policy() == null
                ? Comparator.comparing(Job::id)
                : all.policy().policy().jobOrder();
        List<Ordered> waiting = new ArrayList<>();
        for (JobView view : all.jobs().values()) {
            Job job = view.waits() ? view.ordered() : null;
            if (job != null) {
                waiting.add(new Ordered(view, job));
            }
        }
        waiting.sort(Comparator.comparing(Ordered::job, order));
        return waiting.stream().map(Ordered::view).toList();
    }

    /** The pool's time: by the service's clock, or of its last cycle where a play drives it; null before the first. */
    private @Nullable Instant now(Snapshot all, @Nullable String pool) {
        if (clock.ticks()) {
            return Instant.ofEpochMilli(clock.nowMs());
        }
        PoolView view = pool == null ? null : all.pools().get(pool);
        return view == null ? null : view.at();
    }

    private static void held(Snapshot all, Map<String, Integer> held, Map<String, List<String>> jobs) {
        for (JobView job : all.jobs().values()) {
            JobPlaced placed = job.placed();
            if (placed != null) {
                for (NodeShare share : placed.getNodes()) {
                    held.merge(share.getNodeId(), share.getGpus().size(), Integer::sum);
                    jobs.computeIfAbsent(share.getNodeId(), id -> new ArrayList<>())
                            .add(job.jobId());
                }
            }
        }
    }

    private static Explanation.Free free(Snapshot all, JobView job) {
        Map<String, Integer> held = new HashMap<>();
        held(all, held, new HashMap<>());
        String type = job.row(null).gpuType();
        int free = 0;
        int whole = 0;
        int largest = 0;
        int total = 0;
        for (NodeView node : all.nodes().values()) {
            if (!node.pool().equals(job.pool()) || (type != null && !type.equals(node.gpuType()))) {
                continue;
            }
            total += node.gpus();
            if (node.health().equals("UP")) {
                int left = node.gpus() - held.getOrDefault(node.nodeId(), 0);
                free += left;
                largest = Math.max(largest, left);
                whole += left == node.gpus() ? 1 : 0;
            }
        }
        return new Explanation.Free(total, free, whole, largest);
    }

    private static Explanation.@Nullable KeptFor keptFor(Snapshot all, JobView job) {
        String other = job.reservedFor();
        JobView first = other == null ? null : all.jobs().get(other);
        return other == null ? null : new Explanation.KeptFor(other, first == null ? null : first.startsBy());
    }

    private static double decayed(UsageView row, Instant now) {
        long later = Math.max(0, now.toEpochMilli() - row.at().toEpochMilli());
        return UsageAccount.decayedGpuSeconds(
                row.usage().getRunningWeight(), row.usage().getDecayBaseGpuS(), later);
    }

    private static boolean siblings(UsageMeasured one, UsageMeasured other) {
        return one.getUser() == null
                ? other.getUser() == null
                : other.getUser() != null && one.getTeam().equals(other.getTeam());
    }
}
