package io.millrace.scheduler.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.scheduler.domain.PriorityPolicy;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.scheduler.domain.SchedulingPolicy.Backfill;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemptible;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemption;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyDocumentTest {

    private static final long S = 1000;
    private static final long M = 60 * S;
    private static final long H = 60 * M;
    private static final long D = 24 * H;

    private static final String VALID = """
            policy: fifo-skip
            queues:
              batch:
                max_gpus_per_job: 8
                max_duration: 2h
            per_user:
              max_gpus: 4
              max_queued_jobs: 5
            per_team:
              max_gpus: 6
            leases:
              start_within: 60s
              lease: 5m
              margin: 30s
              grace: 100s
              tick_interval: 500ms
              suspect_for: 10m
              remember_ended_for: 30d
            """;

    private static String shipped(String name) throws IOException {
        return Files.readString(Path.of(System.getProperty("millrace.root", "."))
                .resolve("policies")
                .resolve(name));
    }

    @Test
    void shouldReadTheShippedDefault() throws IOException {
        assertThat(PolicyDocument.parse(shipped("default.yaml")))
                .isEqualTo(new SchedulingPolicy(
                        Rule.MILLRACE,
                        new TreeMap<>(Map.of(
                                "interactive", new QueueLimits(4, H, 5 * M, 0, Preemptible.NEVER, 5 * M),
                                "batch", new QueueLimits(64, 48 * H, 30 * M, 0, Preemptible.BY_PRIORITY, null),
                                "preemptible", new QueueLimits(null, null, null, 0, Preemptible.FIRST, null))),
                        16,
                        50,
                        128,
                        new Liveness(60 * S, 5 * M, 30 * S, 100 * S, 10 * S, 10 * M, 30 * D),
                        PriorityPolicy.standard(),
                        new Backfill(1),
                        new TreeMap<>(),
                        new Preemption(30 * M, 100 * S, 10 * M, 3)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "preemption: {}|1800000|100000|600000|3",
                "preemption: {after: 0s, grace: 5s, min_runtime: 0s, max_preemptions: 1}|0|5000|0|1"
            })
    void shouldKnowWhenJobsGiveWay(String text, long after, long grace, long minRuntime, int most) {
        assertThat(PolicyDocument.parse(VALID + text).preemption())
                .isEqualTo(new Preemption(after, grace, minRuntime, most));
    }

    @Test
    void shouldLetNobodyGiveWayUnlessItIsSaid() {
        assertThat(PolicyDocument.parse(VALID).preemption()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "preemptible: true|preemption: {max_preemptions: 0}|preemption.max_preemptions must be 1 to 100, not 0",
                "preemptible: true|preemption: {after: soon}|preemption.after must be a number and a unit",
                "preemptible: true|preemption: {patience: 1m}|patience",
                "preemptible: maybe|preemption: {}|queues.batch.preemptible can't be 'maybe'; it is one of false,"
                        + " by-priority, true",
                "preempt_after: never|preemption: {}|queues.batch.preempt_after must be a number and a unit",
                "preemptible: true||queues.batch says how jobs give way to others, but the policy has no section"
                        + " preemption: add one, or leave it out"
            })
    void shouldNameWhatIsWrongWithPreemption(String ofQueue, @Nullable String section, String message) {
        String document = VALID.replace("max_duration: 2h", ofQueue) + (section == null ? "" : section);
        assertThatThrownBy(() -> PolicyDocument.parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Written out for people, who change a number there; a key that is missing would go unseen. */
    @Test
    void shouldWriteTheWholePriorityOut() throws IOException {
        String text = shipped("default.yaml");
        for (String key : List.of(
                "formula",
                "base",
                "rule",
                "points",
                "max",
                "per_year",
                "production_model",
                "research",
                "experimentation",
                "sweep",
                "full_after",
                "per_job",
                "half_life",
                "override",
                "half_at")) {
            assertThat(text).containsPattern("(?m)^ +" + key + ": ");
        }
        assertThat(PolicyDocument.parse(text).priority()).isEqualTo(PriorityPolicy.standard());
    }

    @Test
    void shouldReadTheShippedPolicyForTraces() throws IOException {
        assertThat(PolicyDocument.parse(shipped("trace.yaml")))
                .isEqualTo(new SchedulingPolicy(
                        Rule.MILLRACE,
                        new TreeMap<>(Map.of("batch", new QueueLimits(null, null))),
                        null,
                        null,
                        null,
                        new Liveness(60 * S, 5 * M, 60 * S, 100 * S, 30 * S, 10 * M, 30 * D)));
    }

    @Test
    void shouldReadEveryKey() {
        assertThat(PolicyDocument.parse(VALID))
                .isEqualTo(new SchedulingPolicy(
                        Rule.FIFO_SKIP,
                        new TreeMap<>(Map.of("batch", new QueueLimits(8, 2 * H))),
                        4,
                        5,
                        6,
                        new Liveness(60 * S, 5 * M, 30 * S, 100 * S, 500, 10 * M, 30 * D)));
    }

    private static final String PRIORITY = """
            priority:
              formula: quotient
              base: 1
              fair_share: {rule: fair-tree, points: 2, max: 3}
              deadline: {max: 4}
              seniority: {per_year: 5}
              types: {production_model: 6, research: 7, experimentation: 8, sweep: 9}
              age: {max: 10, full_after: 11s}
              usage_penalty: {per_job: 12, max: 13, half_life: 14s}
              override: 15
              shortness: {max: 16, half_at: 17s}
            """;

    @Test
    void shouldReadEveryKeyOfAPriority() {
        assertThat(PolicyDocument.parse(VALID + PRIORITY).priority())
                .isEqualTo(new PriorityPolicy(
                        Formula.QUOTIENT,
                        FairShareRule.FAIR_TREE,
                        1,
                        2,
                        3,
                        4,
                        5,
                        PriorityPolicy.types(6, 7, 8, 9),
                        10,
                        11 * S,
                        12,
                        13,
                        14 * S,
                        15,
                        16,
                        17 * S));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "priority:",
                "priority: {}",
                "priority: {fair_share: {}}",
                "priority: {types: {}}",
                "priority: {age:}"
            })
    void shouldFillInWhatAPriorityLeavesOut(String text) {
        assertThat(PolicyDocument.parse(VALID + text).priority()).isEqualTo(PriorityPolicy.standard());
    }

    @Test
    void shouldFillInWhatIsNotSaidOfTypes() {
        assertThat(PolicyDocument.parse(VALID + "priority: {types: {sweep: 3}}")
                        .priority()
                        .types())
                .isEqualTo(PriorityPolicy.types(100, 50, 0, 3));
    }

    @Test
    void shouldReadQueuesBackfillAndWeights() {
        SchedulingPolicy policy = PolicyDocument.parse(
                VALID.replace("    max_duration: 2h\n", "    max_duration: 2h\n    start_sla: 30m\n    bonus: -20\n")
                        + "backfill: {kind: conservative, promises: 7}\ngpu_weights: {V100: 1, A100: 2.5, K80: 0.125}\n");
        assertThat(policy.queues()).isEqualTo(Map.of("batch", new QueueLimits(8, 2 * H, 30 * M, -20)));
        assertThat(policy.backfill()).isEqualTo(new Backfill(7));
        assertThat(policy.gpuWeights()).isEqualTo(Map.of("V100", 1000, "A100", 2500, "K80", 125));
        assertThat(policy.weight("A100")).isEqualTo(2500);
        assertThat(policy.weight("H100")).isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|1",
                "backfill: {}|1",
                "backfill: {kind: easy}|1",
                "backfill: {promises: 1}|1",
                "backfill: {kind: conservative}|100"
            })
    void shouldKnowHowManyStartsArePromised(String text, int promises) {
        assertThat(PolicyDocument.parse(VALID + text).backfill()).isEqualTo(new Backfill(promises));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "priority: {formula: product}|priority.formula can't be 'product'; it is one of sum, quotient",
                "priority: {fair_share: {rule: lottery}}|priority.fair_share.rule can't be 'lottery'; it is one of"
                        + " usage-ratio, fair-tree",
                "priority: {base: -1}|priority.base must be 0 to 1000000 points, not -1",
                "priority: {base: 1.5}|priority.base",
                "priority: {override: 1000001}|priority.override must be 0 to 1000000 points, not 1000001",
                "priority: {types: {hobby: 3}}|priority.types knows no job type 'hobby'; there are production_model,"
                        + " research, experimentation, sweep",
                "priority: {types: {sweep: -3}}|priority.types.sweep must be 0 to 1000000 points, not -3",
                "priority: {age: {full_after: 0s}}|priority.age.full_after must be longer than nothing",
                "priority: {age: {full_after: week}}|priority.age.full_after must be a number and a unit",
                "priority: {usage_penalty: {half_life: 0s}}|priority.usage_penalty.half_life must be longer than nothing",
                "priority: {shortness: {half_at: 0ms}}|priority.shortness.half_at must be longer than nothing",
                "priority: {luck: 7}|luck",
                "backfill: {kind: lazy}|backfill.kind can't be 'lazy'; it is one of easy, conservative",
                "backfill: {promises: 3}|easy backfill promises one start, so backfill.promises can't be 3",
                "backfill: {kind: conservative, promises: 0}|backfill.promises must be 1 to 10000, not 0",
                "gpu_weights: {V100: -1}|gpu_weights.V100 must be a number from 0 to 1000 with at most three decimals",
                "gpu_weights: {V100: 0.0001}|gpu_weights.V100 must be a number from 0 to 1000",
                "gpu_weights: {V100: 1000.5}|gpu_weights.V100 must be a number from 0 to 1000",
                "gpu_weights: {V100: }|gpu_weights.V100 must be a number from 0 to 1000",
                "gpu_weights: {V100: heavy}|gpu_weights.V100",
            })
    void shouldNameWhatIsWrongWithPriorities(String text, String message) {
        assertThatThrownBy(() -> PolicyDocument.parse(VALID + text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldKnowEveryRuleByItsName(Rule rule) {
        assertThat(PolicyDocument.parse(VALID.replace("fifo-skip", rule.ruleName()))
                        .rule())
                .isEqualTo(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"start_within", "lease", "margin", "grace", "tick_interval", "suspect_for", "remember_ended_for"
            })
    void shouldAskForEachLease(String key) {
        String without = VALID.replaceFirst("  " + key + ": .*\n", "");
        assertThatThrownBy(() -> PolicyDocument.parse(without))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the policy doesn't say leases." + key);
        String unclear = VALID.replaceFirst("  " + key + ": .*\n", "  " + key + ": soon\n");
        assertThatThrownBy(() -> PolicyDocument.parse(unclear))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leases." + key + " must be a number and a unit, such as 90s, 5m, 48h or 7d, not 'soon'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_gpus_per_job: 8|max_gpus_per_job: 0|queues.batch.max_gpus_per_job must be at least 1, not 0",
                "max_duration: 2h|max_duration: 2|queues.batch.max_duration must be a number and a unit",
                "max_duration: 2h|start_sla: 0s|queues.batch.start_sla must be longer than nothing",
                "max_duration: 2h|start_sla: soon|queues.batch.start_sla must be a number and a unit",
                "max_duration: 2h|bonus: 2000000|queues.batch.bonus must be -1000000 to 1000000 points, not 2000000",
                "max_gpus: 4|max_gpus: -4|per_user.max_gpus must be at least 1, not -4",
                "max_queued_jobs: 5|max_queued_jobs: 0|per_user.max_queued_jobs must be at least 1, not 0",
                "max_gpus: 6|max_gpus: 0|per_team.max_gpus must be at least 1, not 0",
                "policy: fifo-skip|policy: lifo|there is no policy lifo; policies are fifo-strict, fifo-skip, sjf-strict",
                "policy: fifo-skip|polcy: fifo-skip|polcy",
                "max_gpus: 4|max_gpu: 4|max_gpu",
                "max_duration: 2h|max_time: 2h|max_time",
                "lease: 5m|leese: 5m|leese",
                "max_gpus: 4|max_gpus: many|per_user.max_gpus",
                "max_gpus: 4|max_gpus: 4.5|per_user.max_gpus",
                "max_queued_jobs: 5|max_queued_jobs: 99999999999|per_user.max_queued_jobs",
                "max_gpus_per_job: 8|max_gpus_per_job: [8]|queues.batch.max_gpus_per_job",
                "start_within: 60s|start_within: 0s|leases.start_within must be longer than nothing",
                "lease: 5m|lease: 0m|leases.lease must be longer than nothing",
                "tick_interval: 500ms|tick_interval: 0ms|leases.tick_interval must be longer than nothing",
                "max_gpus: 4|max_gpus: 4#  max_gpus: 5|max_gpus",
                "policy: fifo-skip|policy: [|the policy can't be read at line"
            })
    void shouldNameWhatIsWrong(String right, String wrong, String message) {
        String document = VALID.replace(right, wrong.replace("#", "\n"));
        assertThat(document).isNotEqualTo(VALID);
        assertThatThrownBy(() -> PolicyDocument.parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldAskForWhatMakesAPolicy() {
        String leases = VALID.substring(VALID.indexOf("leases:"));
        assertThatThrownBy(() -> PolicyDocument.parse("queues: {batch: {}}\n" + leases))
                .hasMessage("the policy doesn't say which one it is: policy: fifo-strict, for example");
        assertThatThrownBy(() -> PolicyDocument.parse("policy: fifo-strict\n" + leases))
                .hasMessage("the policy names no queues");
        assertThatThrownBy(() -> PolicyDocument.parse("policy: fifo-strict\nqueues: {}\n" + leases))
                .hasMessage("the policy names no queues");
        assertThatThrownBy(() -> PolicyDocument.parse("policy: fifo-strict\nqueues: {batch: {}}\n"))
                .hasMessage("the policy has no leases");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "# nothing", "just words", "- a\n- list", "\u0000", "42"})
    void shouldRefuseWhatIsNoPolicyAtAll(String text) {
        assertThatThrownBy(() -> PolicyDocument.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the policy ");
    }

    @ParameterizedTest
    @CsvSource({"0ms,0", "7ms,7", "90s,90000", "5m,300000", "48h,172800000", "7d,604800000", "' 1s ',1000"})
    void shouldReadDurations(String text, long ms) {
        assertThat(PolicyDocument.durationMs("key", text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "1", "-1s", "1.5h", "1 s", "1S", "1w", "9999999999s", "1s2"})
    void shouldRefuseOtherDurations(String text) {
        assertThatThrownBy(() -> PolicyDocument.durationMs("the.key", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the.key must be a number and a unit, such as 90s, 5m, 48h or 7d, not '" + text + "'");
    }

    @Test
    void shouldHashTheText() {
        assertThat(PolicyDocument.sha256("abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
