package io.millrace.scheduler.api;

import io.millrace.access.Role;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.RestoredPools;
import io.millrace.scheduler.RestoredPools.RestoredPool;
import io.millrace.scheduler.api.SchedulerViews.PoolView;
import io.millrace.scheduler.api.SchedulerViews.Snapshot;
import io.millrace.scheduler.api.SchedulerViews.UsageView;
import io.millrace.scheduler.domain.Node;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.streams.ServiceClock;
import jakarta.annotation.security.RolesAllowed;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Queue, jobs, nodes and usage, as the scheduler's topics tell. Reads only. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class SchedulerResource {

    /** A node, and what of it is held. */
    public record NodeRow(
            String nodeId, String pool, String gpuType, String health, int gpus, int held, List<String> jobs) {}

    /**
     * Usage of a team or user now.
     *
     * @param share of the shares of all teams, or of the team's users who have used something
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
    private final PoolReplicas pools;
    private final RestoredPools restored;
    private final ServiceClock clock;
    private final Explainer explainer;

    SchedulerResource(SchedulerViews views, PoolReplicas pools, RestoredPools restored, ServiceClock clock) {
        this.views = views;
        this.pools = pools;
        this.restored = restored;
        this.clock = clock;
        this.explainer = new Explainer(pools, clock);
    }

    @GET
    @Path("/queue")
    public List<QueueRow> queue(@QueryParam("pool") @Nullable String pool) {
        if (pool == null) {
            return pools.names().stream()
                    .flatMap(name -> explainer.queue(name).stream())
                    .toList();
        }
        if (!pools.names().contains(pool)) {
            throw new NotFoundException("there is no pool " + pool);
        }
        return explainer.queue(pool);
    }

    /**
     * @param state only jobs in it; see {@link JobRow#state}
     * @param array only members of it
     */
    @GET
    @Path("/jobs")
    public List<JobRow> jobs(
            @QueryParam("state") @Nullable String state,
            @QueryParam("team") @Nullable String team,
            @QueryParam("user") @Nullable String user,
            @QueryParam("array") @Nullable String array,
            @QueryParam("limit") @DefaultValue("1000") int limit) {
        return views.read(all -> all.jobs().values().stream()
                .filter(job -> job.isAsked()
                        && (state == null || state.equalsIgnoreCase(job.state()))
                        && (array == null || array.equals(job.arrayId())))
                .sorted(Comparator.comparing(JobView::jobId))
                .map(job -> job.row(now(all, job.pool())))
                .filter(row -> (team == null || team.equals(row.team())) && (user == null || user.equals(row.user())))
                .limit(Math.max(0, limit))
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
        record Known(@Nullable String pool, JobRow row, List<JobView.Step> decisions) {}
        Known known = views.read(all -> {
            JobView job = find(all, jobId);
            return new Known(job.pool(), job.row(now(all, job.pool())), job.steps());
        });
        return explainer.explain(known.pool(), known.row(), known.decisions());
    }

    @GET
    @Path("/nodes")
    public List<NodeRow> nodes() {
        Set<String> silent = silentNodes();
        return views.read(all -> {
            Map<String, Integer> held = new HashMap<>();
            Map<String, List<String>> jobs = new HashMap<>();
            held(all, held, jobs);
            return all.nodes().values().stream()
                    .map(node -> new NodeRow(
                            node.nodeId(),
                            node.pool(),
                            node.gpuType(),
                            silent.contains(node.nodeId()) ? "DOWN" : node.health(),
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
        Shares shares = Shares.of(pools);
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
                double total = 0;
                for (Map.Entry<String, UsageView> other : all.usage().entrySet()) {
                    if (siblings(usage, other.getValue().usage())) {
                        total += current.getOrDefault(other.getKey(), 0.0);
                    }
                }
                double own = current.getOrDefault(key, 0.0);
                double share = usage.getUser() == null
                        ? shares.ofTeam(usage.getTeam(), teams(all))
                        : shares.ofUser(usage.getUser(), users(all, usage.getTeam()));
                rows.add(new UsageRow(
                        key,
                        usage.getTeam(),
                        usage.getUser(),
                        now.isAfter(row.at()) ? now : row.at(),
                        usage.getRunningGpus(),
                        usage.getGpuMs(),
                        own,
                        share,
                        Shares.factor(total <= 0 ? 0 : own / total, share)));
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

    static JobView find(Snapshot all, String jobId) {
        JobView job = all.jobs().get(jobId);
        if (job == null || !job.isAsked()) {
            throw new NotFoundException("there is no job " + jobId);
        }
        return job;
    }

    /** The pool's time: by the service's clock, or of its last cycle where a play drives it; null before the first. */
    private @Nullable Instant now(Snapshot all, @Nullable String pool) {
        if (clock.ticks()) {
            return Instant.ofEpochMilli(clock.nowMs());
        }
        PoolView view = pool == null ? null : all.pools().get(pool);
        return view == null ? null : view.at();
    }

    /** Nodes that their pools gave up because nothing was heard of them. */
    private Set<String> silentNodes() {
        Set<String> watching = views.read(all -> all.nodes().values().stream()
                .filter(node -> node.watched() && node.health().equals("UP"))
                .map(SchedulerViews.NodeView::pool)
                .collect(Collectors.toSet()));
        Set<String> silent = new HashSet<>();
        for (String pool : watching) {
            PoolReplicas.Snapshot snapshot = pools.of(pool);
            if (snapshot != null) {
                snapshot.pool().nodes().stream()
                        .filter(node -> node.health() == Node.Health.SILENT)
                        .forEach(node -> silent.add(node.id()));
            }
        }
        return silent;
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

    private static double decayed(UsageView row, Instant now) {
        long later = Math.max(0, now.toEpochMilli() - row.at().toEpochMilli());
        return UsageAccount.decayedGpuSeconds(
                row.usage().getRunningWeight(), row.usage().getDecayBaseGpuS(), later);
    }

    /** Teams that have used something. */
    private static Set<String> teams(Snapshot all) {
        return all.usage().values().stream().map(row -> row.usage().getTeam()).collect(Collectors.toSet());
    }

    /** Users of a team who have used something. */
    private static Set<String> users(Snapshot all, String team) {
        Set<String> users = new HashSet<>();
        for (UsageView row : all.usage().values()) {
            if (row.usage().getUser() != null && row.usage().getTeam().equals(team)) {
                users.add(row.usage().getUser());
            }
        }
        return users;
    }

    private static boolean siblings(UsageMeasured one, UsageMeasured other) {
        return one.getUser() == null
                ? other.getUser() == null
                : other.getUser() != null && one.getTeam().equals(other.getTeam());
    }
}
