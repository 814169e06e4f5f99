package io.millrace.scheduler.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
                        Rule.FIFO_SKIP,
                        new TreeMap<>(Map.of(
                                "interactive", new QueueLimits(4, H),
                                "batch", new QueueLimits(64, 48 * H),
                                "preemptible", new QueueLimits(null, null))),
                        16,
                        50,
                        128,
                        new Liveness(60 * S, 5 * M, 30 * S, 100 * S, 10 * S, 10 * M, 30 * D)));
    }

    @Test
    void shouldReadTheShippedPolicyForTraces() throws IOException {
        assertThat(PolicyDocument.parse(shipped("trace.yaml")))
                .isEqualTo(new SchedulingPolicy(
                        Rule.FIFO_STRICT,
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
