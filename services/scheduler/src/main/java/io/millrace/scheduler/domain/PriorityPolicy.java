package io.millrace.scheduler.domain;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a job's priority is computed. All in points, but for times, which are in ms.
 *
 * @param base of a team that has none of its own
 * @param fairShare points of a team that used just its share
 * @param fairShareMax at most so many, also for a team that used nothing
 * @param deadlineMax points at the deadline, one less for each hour before it
 * @param perSeniorityYear for each whole year at the company
 * @param types for each job type
 * @param ageMax points of a job that has waited for {@code ageFullMs} or longer; linear before
 * @param usagePenalty taken off for each recent job of the user
 * @param usagePenaltyMax at most so many
 * @param usageHalfLifeMs a job counts as half a recent one this long after it was placed
 * @param override a manager's
 * @param shortness of a job that is expected to be over at once; falls with the expected length. Orders only jobs that
 *     pass one with a promised start
 * @param shortnessHalfMs length at which half of that is left
 */
public record PriorityPolicy(
        Formula formula,
        FairShareRule rule,
        int base,
        int fairShare,
        int fairShareMax,
        int deadlineMax,
        int perSeniorityYear,
        SortedMap<JobType, Integer> types,
        int ageMax,
        long ageFullMs,
        int usagePenalty,
        int usagePenaltyMax,
        long usageHalfLifeMs,
        int override,
        int shortness,
        long shortnessHalfMs) {

    private static final long HOUR_MS = 3_600_000;

    /** The sum of all terms, or one quotient. */
    public enum Formula implements Named {
        /** Base, bonuses and penalties, summed. */
        SUM("sum"),
        /** {@code base / (1 + usage factor)}; all else counts nothing. */
        QUOTIENT("quotient");

        private final String policyName;

        Formula(String policyName) {
            this.policyName = policyName;
        }

        @Override
        public String policyName() {
            return policyName;
        }

        public static Formula named(String name) {
            return Named.find(values(), "priority.formula", name);
        }
    }

    /** How usage against shares becomes points. */
    public enum FairShareRule implements Named {
        /** The team's share of the usage there was, over its usage. */
        USAGE_RATIO("usage-ratio"),
        /** Rank among all users after Slurm's Fair Tree. */
        FAIR_TREE("fair-tree");

        private final String policyName;

        FairShareRule(String policyName) {
            this.policyName = policyName;
        }

        @Override
        public String policyName() {
            return policyName;
        }

        public static FairShareRule named(String name) {
            return Named.find(values(), "priority.fair_share.rule", name);
        }
    }

    /** A choice that a policy calls by a name. */
    public interface Named {
        String policyName();

        /** @throws IllegalArgumentException when none has the name; lists those there are */
        static <N extends Named> N find(N[] all, String key, String name) {
            for (N one : all) {
                if (one.policyName().equals(name)) {
                    return one;
                }
            }
            throw new IllegalArgumentException(key + " can't be '" + name + "'; it is one of "
                    + Arrays.stream(all).map(Named::policyName).collect(Collectors.joining(", ")));
        }
    }

    /** What a policy that says nothing of priorities has. */
    public static PriorityPolicy standard() {
        return new PriorityPolicy(
                Formula.SUM,
                FairShareRule.USAGE_RATIO,
                100,
                50,
                200,
                100,
                2,
                types(100, 50, 0, 0),
                100,
                7 * 24 * HOUR_MS,
                1,
                50,
                24 * HOUR_MS,
                200,
                50,
                HOUR_MS);
    }

    /** Points by type, in the order the types are declared. */
    public static SortedMap<JobType, Integer> types(int production, int research, int experimentation, int sweep) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(new EnumMap<>(Map.of(
                JobType.PRODUCTION_MODEL, production,
                JobType.RESEARCH, research,
                JobType.EXPERIMENTATION, experimentation,
                JobType.SWEEP, sweep))));
    }
}
