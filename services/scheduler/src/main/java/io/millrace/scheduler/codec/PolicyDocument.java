package io.millrace.scheduler.codec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.scheduler.domain.PriorityPolicy;
import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.scheduler.domain.SchedulingPolicy.Backfill;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemptible;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemption;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import io.millrace.service.YamlText;
import io.millrace.streams.decider.StateHash;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A scheduling policy as text: the YAML of {@code policies/}. Unknown keys are errors, so that a misspelt limit is not
 * silently no limit; {@code trace} is for players of traces and not read here.
 */
public final class PolicyDocument {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private static final int MOST_BONUS = 1_000_000;

    /** Each promise costs a look at the whole future of the pool. */
    private static final int MOST_PROMISES = 10_000;

    /** Whoever gave way more often would never get anywhere. */
    private static final int MOST_PREEMPTIONS = 100;

    private static final long HALF_AN_HOUR_MS = 1_800_000;

    private static final BigDecimal MOST_WEIGHT = BigDecimal.valueOf(1000);

    private PolicyDocument() {}

    private record Document(
            @Nullable String policy,
            @Nullable Map<String, @Nullable Queue> queues,
            @JsonProperty("per_user") @Nullable PerUser perUser,
            @JsonProperty("per_team") @Nullable PerTeam perTeam,
            @Nullable Leases leases,
            @Nullable PrioritySection priority,
            @Nullable Backfilling backfill,
            @Nullable Preempting preemption,
            @JsonProperty("gpu_weights") @Nullable Map<String, @Nullable BigDecimal> gpuWeights,
            @Nullable Object trace) {}

    private record Queue(
            @JsonProperty("max_gpus_per_job") @Nullable Integer maxGpusPerJob,
            @JsonProperty("max_duration") @Nullable String maxDuration,
            @JsonProperty("start_sla") @Nullable String startSla,
            @Nullable Integer bonus,
            @Nullable String preemptible,
            @JsonProperty("preempt_after") @Nullable String preemptAfter) {}

    private record Preempting(
            @Nullable String after,
            @Nullable String grace,
            @JsonProperty("min_runtime") @Nullable String minRuntime,
            @JsonProperty("max_preemptions") @Nullable Integer maxPreemptions) {}

    private record PerUser(
            @JsonProperty("max_gpus") @Nullable Integer maxGpus,
            @JsonProperty("max_queued_jobs") @Nullable Integer maxQueuedJobs) {}

    private record PerTeam(
            @JsonProperty("max_gpus") @Nullable Integer maxGpus) {}

    private record Leases(
            @JsonProperty("start_within") @Nullable String startWithin,
            @Nullable String lease,
            @Nullable String margin,
            @Nullable String grace,
            @JsonProperty("tick_interval") @Nullable String tickInterval,
            @JsonProperty("suspect_for") @Nullable String suspectFor,
            @JsonProperty("remember_ended_for") @Nullable String rememberEndedFor) {}

    private record Backfilling(
            @Nullable String kind, @Nullable Integer promises) {}

    /** @throws IllegalArgumentException when the text is no policy; says where and why */
    public static SchedulingPolicy parse(String text) {
        Document document = YamlText.read("policy", text, Document.class);
        if (document == null || document.policy() == null) {
            throw new IllegalArgumentException(
                    "the policy doesn't say which one it is: policy: fifo-strict, for example");
        }
        Map<String, @Nullable Queue> queues = document.queues();
        if (queues == null || queues.isEmpty()) {
            throw new IllegalArgumentException("the policy names no queues");
        }
        Leases leases = document.leases();
        if (leases == null) {
            throw new IllegalArgumentException("the policy has no leases");
        }
        PerUser perUser = document.perUser();
        PerTeam perTeam = document.perTeam();
        return new SchedulingPolicy(
                Rule.named(document.policy()),
                limits(queues, document.preemption() != null),
                perUser == null ? null : atLeastOne("per_user.max_gpus", perUser.maxGpus()),
                perUser == null ? null : atLeastOne("per_user.max_queued_jobs", perUser.maxQueuedJobs()),
                perTeam == null ? null : atLeastOne("per_team.max_gpus", perTeam.maxGpus()),
                new Liveness(
                        positive("leases.start_within", leases.startWithin()),
                        positive("leases.lease", leases.lease()),
                        required("leases.margin", leases.margin()),
                        required("leases.grace", leases.grace()),
                        positive("leases.tick_interval", leases.tickInterval()),
                        required("leases.suspect_for", leases.suspectFor()),
                        required("leases.remember_ended_for", leases.rememberEndedFor())),
                document.priority() == null
                        ? PriorityPolicy.standard()
                        : document.priority().policy(),
                backfill(document.backfill()),
                weights(document.gpuWeights()),
                preemption(document.preemption()));
    }

    private static @Nullable Preemption preemption(@Nullable Preempting asked) {
        if (asked == null) {
            return null;
        }
        Integer most = asked.maxPreemptions();
        if (most != null && (most < 1 || most > MOST_PREEMPTIONS)) {
            throw new IllegalArgumentException(
                    "preemption.max_preemptions must be 1 to " + MOST_PREEMPTIONS + ", not " + most);
        }
        return new Preemption(
                asked.after() == null ? HALF_AN_HOUR_MS : required("preemption.after", asked.after()),
                asked.grace() == null ? 100_000 : required("preemption.grace", asked.grace()),
                asked.minRuntime() == null ? 600_000 : required("preemption.min_runtime", asked.minRuntime()),
                most == null ? 3 : most);
    }

    private static SortedMap<String, QueueLimits> limits(Map<String, @Nullable Queue> queues, boolean preempts) {
        queues.forEach((name, queue) -> {
            if (!preempts && queue != null && (queue.preemptible() != null || queue.preemptAfter() != null)) {
                throw new IllegalArgumentException("queues." + name + " says how jobs give way to others, but the"
                        + " policy has no section preemption: add one, or leave it out");
            }
        });
        SortedMap<String, QueueLimits> limits = new TreeMap<>();
        queues.forEach((name, queue) ->
                limits.put(name, queue == null ? new QueueLimits(null, null) : limits("queues." + name, queue)));
        return limits;
    }

    private static QueueLimits limits(String key, Queue queue) {
        int bonus = queue.bonus() == null ? 0 : queue.bonus();
        if (Math.abs((long) bonus) > MOST_BONUS) {
            throw new IllegalArgumentException(
                    key + ".bonus must be -" + MOST_BONUS + " to " + MOST_BONUS + " points, not " + bonus);
        }
        return new QueueLimits(
                atLeastOne(key + ".max_gpus_per_job", queue.maxGpusPerJob()),
                queue.maxDuration() == null ? null : required(key + ".max_duration", queue.maxDuration()),
                queue.startSla() == null ? null : positive(key + ".start_sla", queue.startSla()),
                bonus,
                queue.preemptible() == null
                        ? Preemptible.NEVER
                        : PriorityPolicy.Named.find(Preemptible.values(), key + ".preemptible", queue.preemptible()),
                queue.preemptAfter() == null ? null : required(key + ".preempt_after", queue.preemptAfter()));
    }

    private static Backfill backfill(@Nullable Backfilling asked) {
        String kind = asked == null || asked.kind() == null ? "easy" : asked.kind();
        Integer promises = asked == null ? null : asked.promises();
        switch (kind) {
            case "easy" -> {
                if (promises != null && promises != 1) {
                    throw new IllegalArgumentException(
                            "easy backfill promises one start, so backfill.promises can't be " + promises
                                    + "; leave it out or say kind: conservative");
                }
                return new Backfill(1);
            }
            case "conservative" -> {
                if (promises != null && (promises < 1 || promises > MOST_PROMISES)) {
                    throw new IllegalArgumentException(
                            "backfill.promises must be 1 to " + MOST_PROMISES + ", not " + promises);
                }
                return new Backfill(promises == null ? SchedulingPolicy.MANY_PROMISES : promises);
            }
            default ->
                throw new IllegalArgumentException(
                        "backfill.kind can't be '" + kind + "'; it is one of easy, conservative");
        }
    }

    private static SortedMap<String, Integer> weights(@Nullable Map<String, @Nullable BigDecimal> asked) {
        SortedMap<String, Integer> weights = new TreeMap<>();
        if (asked != null) {
            asked.forEach((type, weight) -> weights.put(type, thousandths("gpu_weights." + type, weight)));
        }
        return weights;
    }

    private static int thousandths(String key, @Nullable BigDecimal weight) {
        if (weight == null
                || weight.signum() < 0
                || weight.compareTo(MOST_WEIGHT) > 0
                || weight.stripTrailingZeros().scale() > 3) {
            throw new IllegalArgumentException(key + " must be a number from 0 to " + MOST_WEIGHT
                    + " with at most three decimals, such as 2.5, not " + weight);
        }
        return weight.movePointRight(3).intValueExact();
    }

    private static @Nullable Integer atLeastOne(String key, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new IllegalArgumentException(
                    key + " must be at least 1, not " + value + "; leave it out for no limit");
        }
        return value;
    }

    static long positive(String key, @Nullable String value) {
        long ms = required(key, value);
        if (ms == 0) {
            throw new IllegalArgumentException(key + " must be longer than nothing");
        }
        return ms;
    }

    private static long required(String key, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("the policy doesn't say " + key);
        }
        return durationMs(key, value);
    }

    /**
     * Reads {@code 90s}, {@code 5m}, {@code 48h} and the like, into ms.
     *
     * @throws IllegalArgumentException for anything else; names the key
     */
    public static long durationMs(String key, String value) {
        Matcher matcher = DURATION.matcher(value.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    key + " must be a number and a unit, such as 90s, 5m, 48h or 7d, not '" + value + "'");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        return duration.toMillis();
    }

    /** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
    public static String sha256(String text) {
        return HexFormat.of()
                .formatHex(StateHash.sha256().digest(text.getBytes(StandardCharsets.UTF_8)))
                .toLowerCase(Locale.ROOT);
    }
}
