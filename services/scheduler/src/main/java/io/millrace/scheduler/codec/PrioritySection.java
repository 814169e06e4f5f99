package io.millrace.scheduler.codec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.PriorityPolicy;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code priority} of a policy's text. Whatever it leaves out is as in {@link PriorityPolicy#standard}. */
record PrioritySection(
        @Nullable String formula,
        @Nullable Integer base,
        @JsonProperty("fair_share") @Nullable FairShare fairShare,
        @Nullable Deadline deadline,
        @Nullable Seniority seniority,
        @Nullable Map<String, @Nullable Integer> types,
        @Nullable Age age,
        @JsonProperty("usage_penalty") @Nullable UsagePenalty usagePenalty,
        @Nullable Integer override,
        @Nullable Shortness shortness) {

    private static final PriorityPolicy STANDARD = PriorityPolicy.standard();

    /** More points than this overflow nothing and mean nothing. */
    private static final int MOST_POINTS = 1_000_000;

    record FairShare(
            @Nullable String rule,
            @Nullable Integer points,
            @Nullable Integer max) {
        static final FairShare EMPTY = new FairShare(null, null, null);
    }

    record Deadline(@Nullable Integer max) {
        static final Deadline EMPTY = new Deadline(null);
    }

    record Seniority(@JsonProperty("per_year") @Nullable Integer perYear) {
        static final Seniority EMPTY = new Seniority(null);
    }

    record Age(
            @Nullable Integer max,
            @JsonProperty("full_after") @Nullable String fullAfter) {
        static final Age EMPTY = new Age(null, null);
    }

    record UsagePenalty(
            @JsonProperty("per_job") @Nullable Integer perJob,
            @Nullable Integer max,
            @JsonProperty("half_life") @Nullable String halfLife) {
        static final UsagePenalty EMPTY = new UsagePenalty(null, null, null);
    }

    record Shortness(
            @Nullable Integer max,
            @JsonProperty("half_at") @Nullable String halfAt) {
        static final Shortness EMPTY = new Shortness(null, null);
    }

    PriorityPolicy policy() {
        FairShare share = fairShare == null ? FairShare.EMPTY : fairShare;
        Deadline due = deadline == null ? Deadline.EMPTY : deadline;
        Seniority senior = seniority == null ? Seniority.EMPTY : seniority;
        Age old = age == null ? Age.EMPTY : age;
        UsagePenalty penalty = usagePenalty == null ? UsagePenalty.EMPTY : usagePenalty;
        Shortness brief = shortness == null ? Shortness.EMPTY : shortness;
        return new PriorityPolicy(
                formula == null ? STANDARD.formula() : Formula.named(formula),
                share.rule() == null ? STANDARD.rule() : FairShareRule.named(share.rule()),
                points("base", base, STANDARD.base()),
                points("fair_share.points", share.points(), STANDARD.fairShare()),
                points("fair_share.max", share.max(), STANDARD.fairShareMax()),
                points("deadline.max", due.max(), STANDARD.deadlineMax()),
                points("seniority.per_year", senior.perYear(), STANDARD.perSeniorityYear()),
                typePoints(),
                points("age.max", old.max(), STANDARD.ageMax()),
                duration("age.full_after", old.fullAfter(), STANDARD.ageFullMs()),
                points("usage_penalty.per_job", penalty.perJob(), STANDARD.usagePenalty()),
                points("usage_penalty.max", penalty.max(), STANDARD.usagePenaltyMax()),
                duration("usage_penalty.half_life", penalty.halfLife(), STANDARD.usageHalfLifeMs()),
                points("override", override, STANDARD.override()),
                points("shortness.max", brief.max(), STANDARD.shortness()),
                duration("shortness.half_at", brief.halfAt(), STANDARD.shortnessHalfMs()));
    }

    private SortedMap<JobType, Integer> typePoints() {
        SortedMap<JobType, Integer> points = new TreeMap<>(STANDARD.types());
        if (types != null) {
            types.forEach((name, value) -> {
                JobType type = type("priority.types", name);
                points.put(type, points("types." + name, value, points.getOrDefault(type, 0)));
            });
        }
        return Collections.unmodifiableSortedMap(points);
    }

    /**
     * The job type that texts call by this name.
     *
     * @throws IllegalArgumentException when there is none; lists those there are
     */
    static JobType type(String key, @Nullable String name) {
        return Arrays.stream(JobType.values())
                .filter(type -> name(type).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " knows no job type '" + name + "'; there are "
                        + Arrays.stream(JobType.values())
                                .map(PrioritySection::name)
                                .collect(Collectors.joining(", "))));
    }

    private static String name(JobType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static int points(String key, @Nullable Integer value, int standard) {
        if (value != null && (value < 0 || value > MOST_POINTS)) {
            throw new IllegalArgumentException(
                    "priority." + key + " must be 0 to " + MOST_POINTS + " points, not " + value);
        }
        return value == null ? standard : value;
    }

    private static long duration(String key, @Nullable String value, long standard) {
        return value == null ? standard : PolicyDocument.positive("priority." + key, value);
    }
}
