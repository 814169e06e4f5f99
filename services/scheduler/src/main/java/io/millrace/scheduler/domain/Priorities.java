package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Member.Team;
import io.millrace.scheduler.domain.Member.User;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes priorities as they are at one instant. What a user says of himself counts only where his team may claim it. */
public final class Priorities {

    private static final long MS_PER_POINT_OF_DEADLINE = 3_600;

    /** Less usage than this, in GPU seconds, is none: what rounding leaves of usage that cancelled out. */
    private static final double NO_USAGE = 1e-3;

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final PriorityPolicy weights;
    private final long now;
    private final Map<String, Double> usageByTeam = new TreeMap<>();
    private final Map<String, Double> recentByUser = new HashMap<>();
    private final Map<String, Long> fairShareByTeam = new HashMap<>();
    private final double usage;
    private final long shares;
    private @Nullable FairTree tree;

    /** @param now not before the pool's own time, ms */
    public Priorities(Pool pool, SchedulingPolicy policy, long now) {
        this.pool = pool;
        this.policy = policy;
        this.weights = policy.priority();
        this.now = now;
        pool.teams().keySet().forEach(team -> usageByTeam.put(team, 0.0));
        for (UserAccount account : pool.accounts()) {
            usageByTeam.merge(account.team(), account.usage().decayedGpuSeconds(now), Double::sum);
            recentByUser.merge(
                    account.user(), account.recentJobs(now, weights.usageHalfLifeMs()), Double::sum);
        }
        double sum = 0;
        long allShares = 0;
        for (Map.Entry<String, Double> team : usageByTeam.entrySet()) {
            sum += Math.max(0, team.getValue());
            allShares += shares(team.getKey());
        }
        usage = sum;
        shares = allShares;
    }

    public Priority of(Job job) {
        JobRequest request = job.request();
        Team team = pool.teams().get(request.team());
        long base = points(team == null || team.base() == null ? weights.base() : team.base());
        if (weights.formula() == Formula.QUOTIENT) {
            return Priority.ofBase(Math.round(base / (1 + usageFactor(request.team()))));
        }
        QueueLimits queue = policy.queues().get(request.queue());
        return new Priority(
                base,
                fairShare(request),
                deadline(request, team),
                seniority(request.user()),
                team != null && team.types().contains(request.type())
                        ? points(weights.types().getOrDefault(request.type(), 0))
                        : 0,
                queue == null ? 0 : points(queue.bonus()),
                points(weights.ageMax()) * Math.clamp(now - job.submittedAt(), 0, weights.ageFullMs())
                        / weights.ageFullMs(),
                shortness(request),
                -Math.min(
                        points(weights.usagePenaltyMax()),
                        Math.round(points(weights.usagePenalty()) * recentByUser.getOrDefault(request.user(), 0.0))),
                job.overridden() ? points(weights.override()) : 0);
    }

    /** Usage of a team in weighted GPU seconds, decayed. */
    public double usage(String team) {
        return Math.max(0, usageByTeam.getOrDefault(team, 0.0));
    }

    /** A team's part of all shares: 0 to 1. */
    public double share(String team) {
        long own = shares(team);
        long all = usageByTeam.containsKey(team) ? shares : shares + own;
        return all == 0 ? 0 : (double) own / all;
    }

    /** Usage of a team over what its shares are of all usage: 1 when it had just its part. */
    public double usageFactor(String team) {
        double own = usage(team);
        if (own < NO_USAGE) {
            return 0;
        }
        double part = share(team) * usage;
        return part == 0 ? Double.MAX_VALUE : own / part;
    }

    private long shares(String team) {
        Team known = pool.teams().get(team);
        return known == null ? 1 : known.shares();
    }

    private long fairShare(JobRequest request) {
        if (weights.rule() == FairShareRule.FAIR_TREE) {
            if (tree == null) {
                tree = FairTree.of(pool, now);
            }
            return Math.round(points(weights.fairShareMax()) * tree.factor(request.team(), request.user()));
        }
        Long known = fairShareByTeam.get(request.team());
        if (known == null) {
            known = usageRatio(request.team());
            fairShareByTeam.put(request.team(), known);
        }
        return known;
    }

    private long usageRatio(String team) {
        if (shares(team) == 0) {
            return 0;
        }
        double factor = usageFactor(team);
        double bonus = factor == 0 ? Double.MAX_VALUE : points(weights.fairShare()) / factor;
        return Math.round(Math.min(points(weights.fairShareMax()), bonus));
    }

    private long deadline(JobRequest request, @Nullable Team team) {
        if (request.deadlineMs() == null || team == null || !team.deadlines()) {
            return 0;
        }
        long most = points(weights.deadlineMax());
        return Math.clamp(most - Math.floorDiv(request.deadlineMs() - now, MS_PER_POINT_OF_DEADLINE), 0, most);
    }

    private long seniority(String user) {
        User known = pool.user(user);
        return known == null ? 0 : points(weights.perSeniorityYear()) * known.seniorityYears();
    }

    private long shortness(JobRequest request) {
        RunLengths known = weights.shortness() == 0 ? null : pool.lengths(request.user(), request.shape());
        if (known == null) {
            return 0;
        }
        long half = weights.shortnessHalfMs();
        return points(weights.shortness()) * half / (half + known.expectedMs());
    }

    private static long points(int whole) {
        return whole * Priority.POINT;
    }
}
