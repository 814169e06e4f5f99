package io.millrace.cli.fairness;

import io.millrace.cli.TextTable;
import io.millrace.governance.domain.fairness.Criterion;
import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Finding;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.governance.domain.fairness.GroupCounts;
import io.millrace.governance.domain.fairness.Interval;
import io.millrace.governance.domain.fairness.Rate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A fairness report as a person reads it. */
public final class FairnessText {

    private FairnessText() {}

    public static String text(FairnessReport report) {
        FairnessPolicy policy = report.policy();
        StringBuilder text = new StringBuilder();
        text.append(report.everybody().size())
                .append(" decisions, the truth of ")
                .append(report.everybody().known())
                .append(" is known; in brackets what a rate may be, with ")
                .append(plain(100 * policy.confidence()))
                .append(" % confidence\n\n");
        text.append(groups(report)).append('\n').append(findings(report));
        String small = report.groups().stream()
                .filter(line -> !line.enough())
                .map(line -> line.group() + " (" + line.counts().size() + ")")
                .collect(Collectors.joining(", "));
        if (!small.isEmpty()) {
            text.append("\nNo verdict for groups of fewer than ")
                    .append(policy.minGroup())
                    .append(": ")
                    .append(small)
                    .append('\n');
        }
        return text.toString();
    }

    private static String groups(FairnessReport report) {
        double z = report.policy().deviations();
        boolean known = report.everybody().known() > 0;
        boolean scored = report.everybody().calibration().cameTrue().whole() > 0;
        List<String> heads = new ArrayList<>(List.of("group", "size", "selected", "ratio"));
        if (known) {
            heads.addAll(List.of("true positive rate", "false positive rate", "precision"));
        }
        if (scored) {
            heads.addAll(List.of("calibration gap", "error"));
        }
        TextTable table = new TextTable(heads);
        for (FairnessReport.GroupLine line : report.groups()) {
            GroupCounts counts = line.counts();
            List<String> cells = new ArrayList<>(List.of(
                    line.group().toString(),
                    Long.toString(counts.size()),
                    rate(counts.selection(), z),
                    number(line.ratio())));
            if (known) {
                cells.addAll(List.of(
                        rate(counts.truePositive(), z), rate(counts.falsePositive(), z), rate(counts.precision(), z)));
            }
            if (scored) {
                cells.addAll(List.of(
                        number(counts.calibration().gap()),
                        number(counts.calibration().error())));
            }
            table.row(cells);
        }
        return table.text();
    }

    private static String findings(FairnessReport report) {
        TextTable table = new TextTable(List.of("criterion", "of", "value", "allowed", "verdict", "between"));
        for (Finding finding : report.findings()) {
            table.row(List.of(
                    finding.criterion().title(),
                    String.join(" & ", finding.attributes()),
                    value(finding.widest()),
                    allowed(finding.criterion(), report.policy()),
                    verdict(finding),
                    between(finding)));
        }
        return table.text();
    }

    /** What the criteria say of each part, in the order of the parts. */
    public static String over(String column, SortedMap<String, FairnessReport> parts) {
        TextTable table = new TextTable(List.of(column, "size", "criterion", "of", "value", "verdict", "between"));
        for (Map.Entry<String, FairnessReport> part : parts.entrySet()) {
            for (Finding finding : part.getValue().findings()) {
                table.row(List.of(
                        part.getKey(),
                        Long.toString(part.getValue().everybody().size()),
                        finding.criterion().title(),
                        String.join(" & ", finding.attributes()),
                        value(finding.widest()),
                        verdict(finding),
                        between(finding)));
            }
        }
        return table.text();
    }

    private static String allowed(Criterion criterion, FairnessPolicy policy) {
        return criterion == Criterion.DEMOGRAPHIC_PARITY_RATIO
                ? plain(policy.leastRatio()) + " to " + plain(policy.mostRatio())
                : "up to " + plain(policy.mostDifference());
    }

    private static String verdict(Finding finding) {
        return switch (finding.verdict()) {
            case WITHIN -> "within";
            case PAST -> finding.isByChance() ? "PAST, maybe by chance" : "PAST";
            case NO_VERDICT -> "no verdict";
        };
    }

    /** The two that are farthest apart; those that surely are, where these are others; who was left out. */
    private static String between(Finding finding) {
        List<String> parts = new ArrayList<>();
        if (finding.widest() != null) {
            parts.add(pair(finding.widest()));
        }
        if (finding.certain() != null && !finding.certain().equals(finding.widest())) {
            parts.add("for certain " + pair(finding.certain()) + ", " + value(finding.certain()));
        }
        if (!finding.tooSmall().isEmpty()) {
            parts.add("too few: "
                    + finding.tooSmall().stream().map(Group::toString).collect(Collectors.joining(", ")));
        }
        return String.join("; ", parts);
    }

    private static String pair(Finding.Pair pair) {
        return pair.group() + " against " + pair.against();
    }

    private static String value(Finding.@Nullable Pair pair) {
        return pair == null ? "-" : number(pair.value()) + interval(pair.interval());
    }

    private static String rate(Rate rate, double z) {
        return rate.whole() == 0 ? "-" : number(rate.value()) + interval(rate.interval(z));
    }

    private static String interval(@Nullable Interval interval) {
        return interval == null ? "" : " (" + number(interval.low()) + " " + number(interval.high()) + ")";
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.equals("-0.000") ? "0.000" : text;
    }

    /** As somebody would write it. */
    private static String plain(double value) {
        return Double.isInfinite(value)
                ? "any"
                : new BigDecimal(value)
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
