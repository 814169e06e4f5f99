package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Lanes.Lane;
import io.millrace.scheduler.domain.Lanes.LaneJobs;
import io.millrace.scheduler.domain.Member.Team;
import io.millrace.scheduler.domain.Member.User;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Computes priorities as they are at one instant. What a user says of himself counts only where his team may claim it. */
public final class Priorities {

    private static final long MS_PER_POINT_OF_DEADLINE = 3_600;

    /** Less usage than this, in GPU seconds, is none: what rounding leaves of usage that cancelled out. */
    private static final double NO_USAGE = 1e-3;

    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final JobType[] TYPES = JobType.values();

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final PriorityPolicy weights;
    private final long now;
    private final Map<String, Double> usageByTeam = new TreeMap<>();
    private final Map<String, Double> recentByUser = new HashMap<>();
    private final double usage;
    private final long shares;
    private @Nullable FairTree tree;

    /** By the numbers of {@link Lanes}; {@link #UNKNOWN} where it is not computed yet. */
    private final long[] partOfTeam;

    private final long[] partOfUser;
    private final long[] partOfType;

    private final Map<String, Long> totalOfTeam = new HashMap<>();
    private final Map<String, Long> totalOfUser = new HashMap<>();

    /** @param now not before the pool's own time, ms */
    public Priorities(Pool pool, SchedulingPolicy policy, long now) {
        this.pool = pool;
        this.policy = policy;
        this.weights = policy.priority();
        this.now = now;
        pool.teams().keySet().forEach(team -> usageByTeam.put(team, 0.0));
        String team = "";
        double ofTeam = 0;
        for (UserAccount account : pool.accounts()) {
            // Accounts of a team come one after another.
            if (!account.team().equals(team)) {
                usageByTeam.put(team, ofTeam);
                team = account.team();
                ofTeam = 0;
            }
            ofTeam += account.usage().decayedGpuSeconds(now);
            recentByUser.merge(account.user(), account.recentJobs(now, weights.usageHalfLifeMs()), Double::sum);
        }
        usageByTeam.put(team, ofTeam);
        usageByTeam.remove("");
        double sum = 0;
        long allShares = 0;
        for (Map.Entry<String, Double> one : usageByTeam.entrySet()) {
            sum += Math.max(0, one.getValue());
            allShares += shares(one.getKey());
        }
        usage = sum;
        shares = allShares;
        partOfTeam = unknown(pool.index().lanes().teams());
        partOfUser = unknown(pool.index().lanes().users());
        partOfType = unknown(partOfTeam.length * TYPES.length);
    }

    private static long[] unknown(int size) {
        long[] parts = new long[size];
        Arrays.fill(parts, UNKNOWN);
        return parts;
    }

    /** Every term of a job's priority. */
    public Priority of(Job job) {
        JobRequest request = job.request();
        if (weights.formula() == Formula.QUOTIENT) {
            return Priority.ofBase(quotient(request.team()));
        }
        QueueLimits queue = policy.queues().get(request.queue());
        return new Priority(
                base(request.team()),
                fairShare(request.team(), request.user()),
                deadline(request.team(), request.deadlineMs()),
                seniority(request.user()),
                type(request.team(), request.type()),
                queue == null ? 0 : points(queue.bonus()),
                age(job),
                shortness(new RunLengths.Of(request.user(), request.shape())),
                -usagePenalty(request.user()),
                job.overridden() ? points(weights.override()) : 0);
    }

    /** The {@link Priority#total} of a job of a lane, the same as {@link #of} finds: what jobs have in common, once. */
    long total(LaneJobs jobs, Job job) {
        Lane lane = jobs.lane();
        if (weights.formula() == Formula.QUOTIENT) {
            return part(partOfTeam, jobs.team(), () -> quotient(lane.team()));
        }
        long ofTeam = weights.rule() == FairShareRule.FAIR_TREE
                ? base(lane.team()) + fairShare(lane.team(), lane.user())
                : part(partOfTeam, jobs.team(), () -> base(lane.team()) + fairShare(lane.team(), lane.user()));
        return ofTeam
                + part(partOfUser, jobs.user(), () -> seniority(lane.user()) - usagePenalty(lane.user()))
                + part(
                        partOfType,
                        jobs.team() * TYPES.length + lane.type().ordinal(),
                        () -> type(lane.team(), lane.type()))
                + deadline(lane.team(), lane.deadlineMs())
                + points(jobs.queueBonus())
                + age(job)
                + (lane.overridden() ? points(weights.override()) : 0);
    }

    /** The {@link Priority#total} of any job, the same as {@link #of} finds: what jobs have in common, once. */
    long total(Job job) {
        JobRequest request = job.request();
        String team = request.team();
        if (weights.formula() == Formula.QUOTIENT) {
            return totalOfTeam.computeIfAbsent(team, this::quotient);
        }
        long ofTeam = weights.rule() == FairShareRule.FAIR_TREE
                ? base(team) + fairShare(team, request.user())
                : totalOfTeam.computeIfAbsent(team, asked -> base(asked) + fairShare(asked, request.user()));
        QueueLimits queue = policy.queues().get(request.queue());
        return ofTeam
                + totalOfUser.computeIfAbsent(request.user(), user -> seniority(user) - usagePenalty(user))
                + type(team, request.type())
                + deadline(team, request.deadlineMs())
                + (queue == null ? 0 : points(queue.bonus()))
                + age(job)
                + (job.overridden() ? points(weights.override()) : 0);
    }

    private static long part(long[] parts, int number, LongSupplier part) {
        if (parts[number] == UNKNOWN) {
            parts[number] = part.getAsLong();
        }
        return parts[number];
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

    private long quotient(String team) {
        return Math.round(base(team) / (1 + usageFactor(team)));
    }

    private long base(String team) {
        Team known = pool.teams().get(team);
        return points(known == null || known.base() == null ? weights.base() : known.base());
    }

    private long fairShare(String team, String user) {
        if (weights.rule() == FairShareRule.FAIR_TREE) {
            if (tree == null) {
                tree = FairTree.of(pool, now);
            }
            return Math.round(points(weights.fairShareMax()) * tree.factor(team, user));
        }
        if (shares(team) == 0) {
            return 0;
        }
        double factor = usageFactor(team);
        double bonus = factor == 0 ? Double.MAX_VALUE : points(weights.fairShare()) / factor;
        return Math.round(Math.min(points(weights.fairShareMax()), bonus));
    }

    private long deadline(String team, @Nullable Long deadlineMs) {
        Team known = deadlineMs == null ? null : pool.teams().get(team);
        if (deadlineMs == null || known == null || !known.deadlines()) {
            return 0;
        }
        long most = points(weights.deadlineMax());
        return Math.clamp(most - Math.floorDiv(deadlineMs - now, MS_PER_POINT_OF_DEADLINE), 0, most);
    }

    private long seniority(String user) {
        User known = pool.user(user);
        return known == null ? 0 : points(weights.perSeniorityYear()) * known.seniorityYears();
    }

    private long type(String team, JobType type) {
        Team known = pool.teams().get(team);
        return known != null && known.types().contains(type)
                ? points(weights.types().getOrDefault(type, 0))
                : 0;
    }

    private long age(Job job) {
        if (job.phase() instanceof Job.Phase.Depending) {
            return 0;
        }
        // The product may be too large for a long; the quotient never is.
        return (long) ((double) points(weights.ageMax())
                * Math.clamp(now - job.since(), 0, weights.ageFullMs())
                / weights.ageFullMs());
    }

    private long usagePenalty(String user) {
        return Math.min(
                points(weights.usagePenaltyMax()),
                Math.round(points(weights.usagePenalty()) * recentByUser.getOrDefault(user, 0.0)));
    }

    /** {@link Priority#shortness} of jobs whose lengths are known or not. */
    long shortness(RunLengths.Of whose) {
        boolean counts = weights.shortness() > 0 && weights.formula() == Formula.SUM;
        RunLengths known = counts ? pool.lengths(whose) : null;
        if (known == null) {
            return 0;
        }
        long half = weights.shortnessHalfMs();
        return (long) ((double) points(weights.shortness()) * half / ((double) half + known.expectedMs()));
    }

    private static long points(int whole) {
        return whole * Priority.POINT;
    }
}
