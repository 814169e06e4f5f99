package io.millrace.cli.fairness;

import io.millrace.cli.TextTable;
import io.millrace.events.fairness.CriterionJudged;
import io.millrace.events.fairness.FairnessJudged;
import io.millrace.events.fairness.FairnessVerdict;
import io.millrace.events.fairness.GroupRate;
import io.millrace.events.fairness.GroupRates;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What governance says of a model version, as a person reads it. */
public final class JudgedText {

    private JudgedText() {}

    /** @param windows at least one, from old to new */
    public static String text(Collection<FairnessJudged> windows) {
        FairnessJudged newest = windows.stream().reduce((old, next) -> next).orElseThrow();
        return groups(newest) + "\n" + criteria(windows);
    }

    private static String groups(FairnessJudged judged) {
        TextTable table = new TextTable(List.of(
                "group", "size", "selected", "ratio", "true positive rate", "false positive rate", "precision"));
        for (GroupRates group : judged.getGroups()) {
            table.row(List.of(
                    name(group.getValues()),
                    Long.toString(group.getSelection().getWhole()),
                    rate(group.getSelection()),
                    number(group.getRatio()),
                    rate(group.getTruePositive()),
                    rate(group.getFalsePositive()),
                    rate(group.getPrecision())));
        }
        return judged.getDecisions() + " decisions from " + judged.getWindowStart() + " to " + judged.getWindowEnd()
                + ", the truth of " + judged.getKnown() + " is known\n\n" + table.text();
    }

    private static String criteria(Collection<FairnessJudged> windows) {
        TextTable table = new TextTable(List.of("from", "criterion", "of", "value", "verdict", "between"));
        for (FairnessJudged window : windows) {
            for (CriterionJudged finding : window.getFindings()) {
                table.row(List.of(
                        window.getWindowStart().toString(),
                        finding.getCriterion().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        String.join(" & ", finding.getAttributes()),
                        number(finding.getValue()),
                        verdict(finding),
                        finding.getGroup() == null ? "-" : finding.getGroup() + " against " + finding.getAgainst()));
            }
        }
        return table.text();
    }

    private static String name(Map<String, String> values) {
        return values.isEmpty()
                ? "everybody"
                : new TreeMap<>(values)
                        .entrySet().stream()
                                .map(value -> value.getKey() + "=" + value.getValue())
                                .collect(Collectors.joining(" & "));
    }

    private static String verdict(CriterionJudged finding) {
        if (finding.getVerdict() == FairnessVerdict.PAST) {
            return finding.getCertain() ? "PAST" : "PAST, maybe by chance";
        }
        return finding.getVerdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String rate(GroupRate rate) {
        return rate.getWhole() == 0
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%.3f (%.3f %.3f)",
                        (double) rate.getPart() / rate.getWhole(),
                        rate.getLow(),
                        rate.getHigh());
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
