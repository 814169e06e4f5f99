package io.millrace.monitor.codec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.monitor.domain.alert.Alert;
import io.millrace.monitor.domain.alert.AlertPolicy;
import io.millrace.monitor.domain.alert.AlertPolicy.Chain;
import io.millrace.monitor.domain.alert.AlertPolicy.Inhibition;
import io.millrace.monitor.domain.alert.AlertPolicy.Step;
import io.millrace.monitor.domain.alert.AlertRule;
import io.millrace.monitor.domain.alert.AlertRule.Comparison;
import io.millrace.monitor.domain.alert.AlertRule.Condition;
import io.millrace.monitor.domain.alert.Matcher;
import io.millrace.monitor.domain.alert.Severity;
import io.millrace.service.YamlText;
import io.millrace.streams.decider.StateHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The file of alert rules: YAML that people write. What is wrong in it is said with where and what to do. */
public final class AlertRulesDocument {

    private static final String WHAT = "file of alert rules";
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    record Form(
            @JsonProperty("group_by") @Nullable List<String> groupBy,
            @JsonProperty("group_wait") @Nullable String groupWait,
            @JsonProperty("group_interval") @Nullable String groupInterval,
            @JsonProperty("repeat_interval") @Nullable String repeatInterval,
            @JsonProperty("receivers") @Nullable Map<String, ChainForm> receivers,
            @JsonProperty("rules") @Nullable List<RuleForm> rules,
            @JsonProperty("inhibit") @Nullable List<InhibitForm> inhibit) {}

    record ChainForm(
            @JsonProperty("receiver") @Nullable String receiver,
            @JsonProperty("escalate") @Nullable List<StepForm> escalate) {}

    record StepForm(
            @JsonProperty("after") @Nullable String after,
            @JsonProperty("to") @Nullable String to) {}

    record RuleForm(
            @JsonProperty("name") @Nullable String name,
            @JsonProperty("metric") @Nullable String metric,
            @JsonProperty("above") @Nullable Double above,
            @JsonProperty("below") @Nullable Double below,
            @JsonProperty("signal") @Nullable String signal,
            @JsonProperty("where") @Nullable Map<String, String> where,
            @JsonProperty("for") @Nullable String holds,
            @JsonProperty("until") @Nullable String until,
            @JsonProperty("severity") @Nullable String severity,
            @JsonProperty("summary") @Nullable String summary,
            @JsonProperty("runbook") @Nullable String runbook,
            @JsonProperty("labels") @Nullable Map<String, String> labels) {}

    record InhibitForm(
            @JsonProperty("source") @Nullable Map<String, String> source,
            @JsonProperty("target") @Nullable Map<String, String> target,
            @JsonProperty("equal") @Nullable List<String> equal) {}

    private AlertRulesDocument() {}

    /** SHA-256 of a document, in hex: its version. */
    public static String sha256(String document) {
        return HexFormat.of().formatHex(StateHash.sha256().digest(document.getBytes(StandardCharsets.UTF_8)));
    }

    /** @throws IllegalArgumentException when it is not to be understood; says what to do */
    public static AlertPolicy parse(String document) {
        Form form = YamlText.read(WHAT, document, Form.class);
        if (form == null || form.rules() == null) {
            throw new IllegalArgumentException("the " + WHAT + " needs rules");
        }
        List<AlertRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int number = 0;
        for (RuleForm rule : form.rules()) {
            number++;
            String name = rule.name();
            if (name == null || !NAME.matcher(name).matches()) {
                throw wrong("rule " + number, "needs a name of letters, digits, _ and -, at most 64, not " + name);
            }
            if (!names.add(name)) {
                throw wrong("rule " + name, "is there twice");
            }
            rules.add(rule("rule " + name, name, rule));
        }
        Map<Severity, Chain> chains = chains(form.receivers());
        for (AlertRule rule : rules) {
            Severity severity = rule.severity();
            if (severity != null && !chains.containsKey(severity)) {
                throw wrong("rule " + rule.name(), "is of severity " + severity + ", for which receivers names nobody");
            }
        }
        return new AlertPolicy(
                sha256(document),
                document,
                rules,
                form.groupBy() == null ? List.of(Alert.NAME) : form.groupBy(),
                duration("group_wait", form.groupWait(), 30_000),
                atLeast("group_interval", duration("group_interval", form.groupInterval(), 300_000), 1000),
                duration("repeat_interval", form.repeatInterval(), 4 * 3_600_000L),
                chains,
                inhibitions(form.inhibit()));
    }

    private static AlertRule rule(String where, String name, RuleForm form) {
        Condition condition = condition(where, form);
        Severity severity = null;
        if (form.severity() != null) {
            severity = severity(where, form.severity());
        } else if (condition instanceof Condition.Metric) {
            throw wrong(where, "needs a severity: P1, P2, P3 or P4");
        }
        String runbook = form.runbook();
        if (runbook == null || runbook.isBlank()) {
            throw wrong(where, "needs a runbook: where it says what to do about it");
        }
        String summary = form.summary();
        if (summary == null || summary.isBlank()) {
            if (condition instanceof Condition.Metric) {
                throw wrong(where, "needs a summary: one sentence for a person");
            }
            summary = "{summary}";
        }
        return new AlertRule(
                name,
                condition,
                duration(where + ", for", form.holds(), 0),
                atLeast(where + ", until", duration(where + ", until", form.until(), 15 * 60_000), 1000),
                severity,
                summary,
                runbook,
                form.labels() == null ? Map.of() : form.labels());
    }

    private static Condition condition(String where, RuleForm form) {
        Matcher of = new Matcher(form.where() == null ? Map.of() : form.where());
        if ((form.metric() == null) == (form.signal() == null)) {
            throw wrong(where, "needs either a metric or a signal");
        }
        if (form.signal() != null) {
            if (form.above() != null || form.below() != null) {
                throw wrong(where, "is of a signal, which is not above or below anything");
            }
            return new Condition.Signal(form.signal(), of);
        }
        String metric = String.valueOf(form.metric());
        if (!Metrics.NAMES.contains(metric)) {
            throw wrong(where, "asks for metric " + metric + "; there are " + String.join(", ", Metrics.NAMES));
        }
        Double above = form.above();
        Double below = form.below();
        if (above != null && below == null) {
            return new Condition.Metric(metric, Comparison.ABOVE, above, of);
        }
        if (below != null && above == null) {
            return new Condition.Metric(metric, Comparison.BELOW, below, of);
        }
        throw wrong(where, "needs either above or below");
    }

    private static Map<Severity, Chain> chains(@Nullable Map<String, ChainForm> forms) {
        Map<Severity, Chain> chains = new TreeMap<>();
        if (forms != null) {
            forms.forEach((name, form) -> {
                String where = "receivers, " + name;
                List<Step> steps = new ArrayList<>();
                for (StepForm step : form.escalate() == null ? List.<StepForm>of() : form.escalate()) {
                    steps.add(new Step(
                            required(
                                    where,
                                    "after",
                                    () -> step.after() == null ? null : duration(where, step.after(), 0)),
                            required(where, "to", step::to)));
                }
                chains.put(severity(where, name), new Chain(required(where, "receiver", form::receiver), steps));
            });
        }
        return chains;
    }

    private static List<Inhibition> inhibitions(@Nullable List<InhibitForm> forms) {
        List<Inhibition> inhibitions = new ArrayList<>();
        for (InhibitForm form : forms == null ? List.<InhibitForm>of() : forms) {
            inhibitions.add(new Inhibition(
                    new Matcher(required("inhibit", "source", form::source)),
                    new Matcher(required("inhibit", "target", form::target)),
                    Set.copyOf(form.equal() == null ? List.of() : form.equal())));
        }
        return inhibitions;
    }

    private static <T> T required(String where, String key, Supplier<@Nullable T> value) {
        T given = value.get();
        if (given == null) {
            throw wrong(where, "needs " + key);
        }
        return given;
    }

    private static Severity severity(String where, String text) {
        for (Severity severity : Severity.values()) {
            if (severity.name().equals(text)) {
                return severity;
            }
        }
        throw wrong(where, "has severity " + text + "; there are P1, P2, P3 and P4");
    }

    private static long duration(String where, @Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        java.util.regex.Matcher parts = DURATION.matcher(text.trim());
        if (!parts.matches()) {
            throw wrong(where, "is '" + text + "'; a duration is like 30s, 5m, 4h or 7d");
        }
        long count = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> count;
            case "s" -> count * 1000;
            case "m" -> count * 60_000;
            case "h" -> count * 3_600_000;
            default -> count * 86_400_000;
        };
    }

    private static long atLeast(String where, long value, long least) {
        if (value < least) {
            throw wrong(where, "must be at least " + least + " ms");
        }
        return value;
    }

    private static IllegalArgumentException wrong(String where, String what) {
        return new IllegalArgumentException("the " + WHAT + ": " + where + " " + what);
    }
}
