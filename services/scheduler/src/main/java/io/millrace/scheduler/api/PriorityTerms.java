package io.millrace.scheduler.api;

import io.millrace.scheduler.api.Explanation.PriorityRow;
import io.millrace.scheduler.api.Explanation.Term;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.Priorities;
import io.millrace.scheduler.domain.Priority;
import io.millrace.scheduler.domain.PriorityPolicy;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.RunLengths;
import io.millrace.scheduler.domain.SchedulingPolicy;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says of every term of a job's priority why it is what it is. */
final class PriorityTerms {

    private final Pool pool;
    private final PriorityPolicy policy;
    private final Priorities priorities;
    private final Job job;
    private final JobRequest request;
    private final Member.@Nullable Team team;
    private final long now;

    private PriorityTerms(Pool pool, SchedulingPolicy policy, Job job, long now) {
        this.pool = pool;
        this.policy = policy.priority();
        this.priorities = new Priorities(pool, policy, now);
        this.job = job;
        this.request = job.request();
        this.team = pool.teams().get(request.team());
        this.now = now;
    }

    /** @param passing whether shortness counts for the job */
    static PriorityRow of(Pool pool, SchedulingPolicy policy, Job job, Priority priority, boolean passing, long now) {
        PriorityTerms terms = new PriorityTerms(pool, policy, job, now);
        return new PriorityRow(
                points(priority.total()), terms.terms(priority), terms.shortness(priority, passing), passing);
    }

    /** @param thousandths of a point */
    static BigDecimal points(long thousandths) {
        return BigDecimal.valueOf(thousandths, 3);
    }

    private List<Term> terms(Priority priority) {
        if (policy.formula() == Formula.QUOTIENT) {
            return List.of(new Term(
                    "base", points(priority.base()), base() + ", over 1 + " + rounded(factor()) + ": " + used()));
        }
        return List.of(
                new Term("base", points(priority.base()), base()),
                new Term("fair_share", points(priority.fairShare()), fairShare()),
                new Term("deadline", points(priority.deadline()), deadline()),
                new Term("seniority", points(priority.seniority()), seniority()),
                new Term("type", points(priority.type()), type()),
                new Term("queue", points(priority.queue()), "of queue " + request.queue()),
                new Term("age", points(priority.age()), age()),
                new Term("usage_penalty", points(priority.usagePenalty()), "for recent jobs of " + request.user()),
                new Term(
                        "override",
                        points(priority.override()),
                        job.overridden() ? "a manager put it before others" : "no manager put it before others"));
    }

    private String base() {
        if (team == null) {
            return "the policy's; " + undefined();
        }
        return team.base() == null ? "the policy's" : "of team " + request.team();
    }

    private String fairShare() {
        if (team != null && team.shares() == 0) {
            return "team " + request.team() + " has no shares";
        }
        return policy.rule() == FairShareRule.FAIR_TREE
                ? "by the rank of " + request.user() + " among all users in the Fair Tree"
                : used();
    }

    private double factor() {
        return priorities.usageFactor(request.team());
    }

    private String used() {
        String part = "its " + percent(priorities.share(request.team())) + " of all usage";
        return factor() == 0
                ? "team " + request.team() + " has had nothing of " + part
                : "team " + request.team() + " has had " + rounded(factor()) + " times " + part;
    }

    private String deadline() {
        if (request.deadlineMs() == null) {
            return "it has none";
        }
        if (team == null) {
            return "does not count: " + undefined();
        }
        if (!team.deadlines()) {
            return "does not count: team " + request.team() + " may not claim deadlines";
        }
        Instant due = Instant.ofEpochMilli(request.deadlineMs());
        return (request.deadlineMs() < now ? "was due at " : "due at ") + due;
    }

    private String seniority() {
        Member.User user = pool.user(request.user());
        return user == null
                ? "user " + request.user() + " is not defined in org-events"
                : user.seniorityYears() + " years at the company";
    }

    private String type() {
        if (policy.types().getOrDefault(request.type(), 0) == 0) {
            return request.type() + ", for which the policy gives none";
        }
        if (team == null) {
            return request.type() + " does not count: " + undefined();
        }
        return team.types().contains(request.type())
                ? request.type().toString()
                : request.type() + " does not count: team " + request.team() + " may not claim it";
    }

    private String undefined() {
        return "team " + request.team() + " is not defined in org-events";
    }

    private String age() {
        if (job.phase() instanceof Job.Phase.Depending) {
            return "counts from when what it waits for has come to its end";
        }
        return "waits for " + words(Math.max(0, now - job.since())) + ", most after " + words(policy.ageFullMs());
    }

    private Term shortness(Priority priority, boolean passing) {
        RunLengths lengths = pool.lengths(request.user(), request.shape());
        String why = lengths == null
                ? "no job of " + request.user() + " of this shape has ended yet"
                : "the last jobs of " + request.user() + " of this shape took " + words(lengths.expectedMs());
        return new Term(
                "shortness",
                points(priority.shortness()),
                why
                        + (passing
                                ? "; counts, for it can only pass jobs that have promised starts"
                                : "; counts only among jobs that pass one that has a promised start"));
    }

    private static String rounded(double factor) {
        return factor == Double.MAX_VALUE
                ? "endless"
                : BigDecimal.valueOf(factor).setScale(2, RoundingMode.HALF_UP).toString();
    }

    private static String percent(double part) {
        return BigDecimal.valueOf(100 * part).setScale(1, RoundingMode.HALF_UP) + " %";
    }

    /** A length of time to the second, such as 1h 3m 5s. */
    static String words(long ms) {
        Duration length = Duration.ofMillis(ms);
        String text = (length.toDays() == 0 ? "" : length.toDays() + "d ")
                + (length.toHoursPart() == 0 ? "" : length.toHoursPart() + "h ")
                + (length.toMinutesPart() == 0 ? "" : length.toMinutesPart() + "m ")
                + (length.toSecondsPart() == 0 ? "" : length.toSecondsPart() + "s ");
        return text.isEmpty() ? "0s" : text.strip();
    }
}
