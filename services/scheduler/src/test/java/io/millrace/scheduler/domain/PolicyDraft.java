package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.SchedulingPolicy.Backfill;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A policy {@code millrace} in the making: EASY backfill, one queue {@code batch} and no limits, unless said. */
final class PolicyDraft {

    private final SortedMap<String, QueueLimits> queues = new TreeMap<>(Map.of("batch", new QueueLimits(null, null)));
    private final SortedMap<String, Integer> weights = new TreeMap<>();
    private @Nullable Integer perUser;
    private @Nullable Integer perTeam;
    private int promises = 1;
    private SchedulingPolicy.@Nullable Preemption preemption;
    private Liveness liveness = PoolScript.LIVENESS;
    private PriorityPolicy priority = PriorityPolicy.standard();

    static PolicyDraft easy() {
        return new PolicyDraft();
    }

    static PolicyDraft conservative(int promises) {
        return new PolicyDraft().promises(promises);
    }

    PolicyDraft promises(int most) {
        promises = most;
        return this;
    }

    PolicyDraft perUser(@Nullable Integer gpus) {
        perUser = gpus;
        return this;
    }

    PolicyDraft perTeam(@Nullable Integer gpus) {
        perTeam = gpus;
        return this;
    }

    PolicyDraft queue(String name, QueueLimits limits) {
        queues.put(name, limits);
        return this;
    }

    PolicyDraft preemption(SchedulingPolicy.Preemption terms) {
        preemption = terms;
        return this;
    }

    PolicyDraft weight(String gpuType, int thousandths) {
        weights.put(gpuType, thousandths);
        return this;
    }

    PolicyDraft liveness(Liveness bounds) {
        liveness = bounds;
        return this;
    }

    PolicyDraft formula(Formula formula) {
        PriorityPolicy p = priority;
        return priority(new PriorityPolicy(
                formula,
                p.rule(),
                p.base(),
                p.fairShare(),
                p.fairShareMax(),
                p.deadlineMax(),
                p.perSeniorityYear(),
                p.types(),
                p.ageMax(),
                p.ageFullMs(),
                p.usagePenalty(),
                p.usagePenaltyMax(),
                p.usageHalfLifeMs(),
                p.override(),
                p.shortness(),
                p.shortnessHalfMs()));
    }

    PolicyDraft rule(FairShareRule rule) {
        PriorityPolicy p = priority;
        return priority(new PriorityPolicy(
                p.formula(),
                rule,
                p.base(),
                p.fairShare(),
                p.fairShareMax(),
                p.deadlineMax(),
                p.perSeniorityYear(),
                p.types(),
                p.ageMax(),
                p.ageFullMs(),
                p.usagePenalty(),
                p.usagePenaltyMax(),
                p.usageHalfLifeMs(),
                p.override(),
                p.shortness(),
                p.shortnessHalfMs()));
    }

    PolicyDraft penalty(int perJob, int most, long halfLifeMs) {
        PriorityPolicy p = priority;
        return priority(new PriorityPolicy(
                p.formula(),
                p.rule(),
                p.base(),
                p.fairShare(),
                p.fairShareMax(),
                p.deadlineMax(),
                p.perSeniorityYear(),
                p.types(),
                p.ageMax(),
                p.ageFullMs(),
                perJob,
                most,
                halfLifeMs,
                p.override(),
                p.shortness(),
                p.shortnessHalfMs()));
    }

    PolicyDraft age(int most, long fullMs) {
        PriorityPolicy p = priority;
        return priority(new PriorityPolicy(
                p.formula(),
                p.rule(),
                p.base(),
                p.fairShare(),
                p.fairShareMax(),
                p.deadlineMax(),
                p.perSeniorityYear(),
                p.types(),
                most,
                fullMs,
                p.usagePenalty(),
                p.usagePenaltyMax(),
                p.usageHalfLifeMs(),
                p.override(),
                p.shortness(),
                p.shortnessHalfMs()));
    }

    PolicyDraft shortness(int most, long halfMs) {
        PriorityPolicy p = priority;
        return priority(new PriorityPolicy(
                p.formula(),
                p.rule(),
                p.base(),
                p.fairShare(),
                p.fairShareMax(),
                p.deadlineMax(),
                p.perSeniorityYear(),
                p.types(),
                p.ageMax(),
                p.ageFullMs(),
                p.usagePenalty(),
                p.usagePenaltyMax(),
                p.usageHalfLifeMs(),
                p.override(),
                most,
                halfMs));
    }

    PolicyDraft priority(PriorityPolicy terms) {
        priority = terms;
        return this;
    }

    SchedulingPolicy made() {
        return made(Rule.MILLRACE);
    }

    SchedulingPolicy made(Rule rule) {
        return new SchedulingPolicy(
                rule, queues, perUser, null, perTeam, liveness, priority, new Backfill(promises), weights, preemption);
    }

    PoolScript script() {
        return PoolScript.under(made());
    }
}
