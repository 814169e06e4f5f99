package io.millrace.cli.fairness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.governance.domain.fairness.Calibration;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Finding;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.governance.domain.fairness.GroupCounts;
import io.millrace.governance.domain.fairness.Interval;
import io.millrace.governance.domain.fairness.Rate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A fairness report as programs read it. What is not known is null. */
public final class FairnessJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private FairnessJson() {}

    public static ObjectNode tree(FairnessReport report) {
        ObjectNode tree = JSON.objectNode();
        tree.put("past", report.isPast());
        tree.putObject("policy")
                .put("min_group", report.policy().minGroup())
                .put("most_difference", report.policy().mostDifference())
                .put("least_ratio", report.policy().leastRatio())
                .put("most_ratio", report.policy().mostRatio())
                .put("confidence", report.policy().confidence());
        double z = report.policy().deviations();
        tree.set("everybody", counts(report.everybody(), z));
        ArrayNode groups = tree.putArray("groups");
        for (FairnessReport.GroupLine line : report.groups()) {
            ObjectNode group = JSON.objectNode();
            group.set("group", group(line.group()));
            group.put("enough", line.enough());
            number(group, "ratio", line.ratio());
            groups.add(group.setAll(counts(line.counts(), z)));
        }
        ArrayNode findings = tree.putArray("findings");
        report.findings().forEach(finding -> findings.add(finding(finding)));
        return tree;
    }

    private static ObjectNode finding(Finding finding) {
        ObjectNode tree = JSON.objectNode();
        finding.attributes().forEach(tree.putArray("attributes")::add);
        tree.put("criterion", finding.criterion().name().toLowerCase(Locale.ROOT));
        tree.put("verdict", finding.verdict().name());
        number(tree, "value", finding.value());
        tree.set("widest", pair(finding.widest()));
        tree.set("certain", pair(finding.certain()));
        tree.put("by_chance", finding.isByChance());
        ArrayNode tooSmall = tree.putArray("too_small");
        finding.tooSmall().forEach(group -> tooSmall.add(group(group)));
        return tree;
    }

    private static @Nullable ObjectNode pair(Finding.@Nullable Pair pair) {
        if (pair == null) {
            return null;
        }
        ObjectNode tree = JSON.objectNode();
        tree.set("group", group(pair.group()));
        tree.set("against", group(pair.against()));
        number(tree, "value", pair.value());
        interval(tree, pair.interval());
        return tree;
    }

    private static ObjectNode counts(GroupCounts counts, double z) {
        ObjectNode tree = JSON.objectNode();
        tree.put("size", counts.size());
        tree.put("known", counts.known());
        tree.set("selection_rate", rate(counts.selection(), z));
        tree.set("prevalence", rate(counts.prevalence(), z));
        tree.set("accuracy", rate(counts.accuracy(), z));
        tree.set("true_positive_rate", rate(counts.truePositive(), z));
        tree.set("false_negative_rate", rate(counts.falseNegative(), z));
        tree.set("false_positive_rate", rate(counts.falsePositive(), z));
        tree.set("precision", rate(counts.precision(), z));
        Calibration calibration = counts.calibration();
        ObjectNode scores = tree.putObject("calibration");
        scores.set("came_true", rate(calibration.cameTrue(), z));
        number(scores, "mean_score", calibration.meanScore());
        number(scores, "gap", calibration.gap());
        number(scores, "error", calibration.error());
        ArrayNode bins = scores.putArray("bins");
        for (Calibration.Bin bin : calibration.bins()) {
            ObjectNode one = bins.addObject();
            number(one, "from", bin.from());
            number(one, "mean_score", bin.meanScore());
            one.set("came_true", rate(bin.cameTrue(), z));
        }
        return tree;
    }

    private static ObjectNode rate(Rate rate, double z) {
        ObjectNode tree = JSON.objectNode();
        tree.put("part", rate.part());
        tree.put("whole", rate.whole());
        number(tree, "value", rate.value());
        interval(tree, rate.whole() == 0 ? null : rate.interval(z));
        return tree;
    }

    private static void interval(ObjectNode tree, @Nullable Interval interval) {
        number(tree, "low", interval == null ? Double.NaN : interval.low());
        number(tree, "high", interval == null ? Double.NaN : interval.high());
    }

    private static ObjectNode group(Group group) {
        ObjectNode tree = JSON.objectNode();
        group.values().forEach(tree::put);
        return tree;
    }

    private static void number(ObjectNode tree, String name, double value) {
        if (Double.isFinite(value)) {
            tree.put(name, value);
        } else {
            tree.putNull(name);
        }
    }
}
