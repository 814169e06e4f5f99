package io.millrace.monitor.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.monitor.domain.alert.AlertPolicy;
import io.millrace.monitor.domain.alert.AlertRule.Comparison;
import io.millrace.monitor.domain.alert.AlertRule.Condition;
import io.millrace.monitor.domain.alert.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRulesDocumentTest {

    private static final Path ROOT = Path.of(System.getProperty("millrace.root", "../.."));

    private static String shipped() throws IOException {
        return Files.readString(ROOT.resolve("policies/alerts.yaml"));
    }

    @Test
    void shouldShipTheRulesThatTheReferenceNames() throws IOException {
        AlertPolicy policy = AlertRulesDocument.parse(shipped());
        assertThat(policy.groupWaitMs()).isEqualTo(30_000);
        assertThat(policy.groupIntervalMs()).isEqualTo(300_000);
        assertThat(policy.repeatMs()).isEqualTo(4 * 3_600_000);
        assertThat(policy.rules().stream()
                        .filter(rule -> rule.condition() instanceof Condition.Metric)
                        .map(rule -> {
                            Condition.Metric metric = (Condition.Metric) rule.condition();
                            return metric.metric() + (metric.comparison() == Comparison.ABOVE ? ">" : "<")
                                    + metric.bound() + " for " + rule.holdsMs() / 60_000 + "m " + rule.severity();
                        }))
                .containsExactly(
                        "error_rate>0.05 for 5m P2",
                        "latency_p95_ms>500.0 for 10m P2",
                        "accuracy<0.85 for 0m P2",
                        "adwin>0.0 for 0m P3",
                        "drifted_features>0.0 for 120m P3");
        assertThat(policy.chains().get(Severity.P1)).isNotNull();
        assertThat(policy.version()).isEqualTo(AlertRulesDocument.sha256(shipped()));
    }

    @Test
    void shouldHaveARunbookForEachShippedRule() throws IOException {
        assertThat(AlertRulesDocument.parse(shipped()).rules())
                .allSatisfy(rule -> assertThat(ROOT.resolve(rule.runbook())).isRegularFile());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: [{metric: error_rate}] | rule 1 needs a name",
                "rules: [{name: A, metric: eror_rate, above: 1, severity: P2, summary: s, runbook: r}]"
                        + " | rule A asks for metric eror_rate; there are requests, error_rate",
                "rules: [{name: A, metric: error_rate, severity: P2, summary: s, runbook: r}] | either above or below",
                "rules: [{name: A, metric: error_rate, above: 1, below: 0, severity: P2, summary: s, runbook: r}]"
                        + " | either above or below",
                "rules: [{name: A, metric: error_rate, above: 1, summary: s, runbook: r}] | needs a severity",
                "rules: [{name: A, metric: error_rate, above: 1, severity: P5, summary: s, runbook: r}]"
                        + " | has severity P5; there are P1, P2, P3 and P4",
                "rules: [{name: A, metric: error_rate, above: 1, severity: P2, summary: s}] | needs a runbook",
                "rules: [{name: A, metric: error_rate, above: 1, severity: P2, summary: s, runbook: r}]"
                        + " | for which receivers names nobody",
                "rules: [{name: A, signal: x, for: soon, runbook: r}] | a duration is like 30s, 5m, 4h or 7d",
                "rules: [{name: A, signal: x, runbook: r}, {name: A, signal: y, runbook: r}] | is there twice",
                "rules: [{name: A, signal: x, metric: error_rate, runbook: r}] | needs either a metric or a signal",
                "rules: [{name: A, sgnal: x}] | Unrecognized field \"sgnal\"",
                "group_wait: 30s | needs rules",
                "rules: [ | can't be read at line 1"
            })
    void shouldSayWhatIsWrongWithAFile(String document, String message) {
        assertThatThrownBy(() -> AlertRulesDocument.parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("file of alert rules")
                .hasMessageContaining(message.trim());
    }
}
