package io.millrace.governance.domain.cards;

import io.millrace.governance.domain.cards.Block.Fact;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Finding;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.governance.domain.fairness.GroupCounts;
import io.millrace.governance.domain.fairness.Interval;
import io.millrace.governance.domain.fairness.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a model card says of itself, without anybody writing it. */
record ModelFacts(ModelCard card) {

    List<Block> of(ModelSection section) {
        return switch (section) {
            case DETAILS -> details();
            case INTENDED_USE -> List.of();
            case FACTORS -> factors();
            case METRICS -> metrics();
            case TRAINING_DATA -> datasets(Origin.Use.TRAINING);
            case EVALUATION_DATA -> datasets(Origin.Use.EVALUATION);
            case ETHICAL_CONSIDERATIONS -> findings();
            case CAVEATS -> caveats();
        };
    }

    private List<Block> details() {
        Origin origin = card.origin();
        if (origin == null) {
            return List.of();
        }
        List<Fact> facts = new ArrayList<>();
        add(facts, "Model", card.model());
        add(facts, "Version", card.version());
        add(facts, "Description", origin.description());
        add(facts, "Registered", origin.registeredAt() + " by " + origin.registeredBy());
        add(facts, "Stage", origin.stage());
        add(facts, "Aliases", String.join(", ", origin.aliases()));
        add(facts, "Trained by run", origin.runId());
        add(facts, "Code", origin.code());
        List<Block> blocks = new ArrayList<>(List.of(new Block.Facts(facts)));
        if (!origin.params().isEmpty()) {
            blocks.add(table("Parameters", List.of("parameter", "value"), origin.params()));
        }
        return blocks;
    }

    private static void add(List<Fact> facts, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            facts.add(new Fact(name, value));
        }
    }

    private static Block table(String caption, List<String> heads, Map<String, ?> values) {
        return new Block.Table(
                caption,
                heads,
                values.entrySet().stream()
                        .map(entry -> List.of(
                                entry.getKey(),
                                entry.getValue() instanceof Double number
                                        ? number(number)
                                        : String.valueOf(entry.getValue())))
                        .toList());
    }

    private List<Block> factors() {
        FairnessReport fairness = card.fairness();
        if (fairness == null || fairness.groups().isEmpty()) {
            return List.of();
        }
        Map<String, String> groups = fairness.groups().stream()
                .filter(line -> line.group().attributes().size() == 1)
                .collect(Collectors.groupingBy(
                        line -> line.group().attributes().getFirst(),
                        TreeMap::new,
                        Collectors.mapping(
                                line -> line.group()
                                                .values()
                                                .values()
                                                .iterator()
                                                .next() + " (" + line.counts().size() + ")",
                                Collectors.joining(", "))));
        return List.of(
                table("Groups that decisions were looked at by", List.of("attribute", "groups (people)"), groups));
    }

    private List<Block> metrics() {
        List<Block> blocks = new ArrayList<>();
        if (card.origin() != null && !card.origin().metrics().isEmpty()) {
            blocks.add(table(
                    "In training", List.of("metric", "value"), card.origin().metrics()));
        }
        Operation operation = card.operation();
        if (operation != null && !operation.quality().isEmpty()) {
            blocks.add(table(
                    "In service until " + operation.until() + ", the truth of " + operation.labels() + " of "
                            + operation.requests() + " requests known",
                    List.of("metric", "value"),
                    operation.quality()));
        }
        if (card.fairness() != null && !card.fairness().groups().isEmpty()) {
            blocks.add(groups(card.fairness()));
        }
        return blocks;
    }

    private static Block groups(FairnessReport fairness) {
        double z = fairness.policy().deviations();
        return new Block.Table(
                "By group, with " + number(100 * fairness.policy().confidence()) + " % intervals",
                List.of("group", "people", "selected", "true positive rate", "false positive rate", "precision"),
                fairness.groups().stream().map(line -> row(line, z)).toList());
    }

    private static List<String> row(FairnessReport.GroupLine line, double z) {
        GroupCounts counts = line.counts();
        return List.of(
                line.group().toString(),
                Long.toString(counts.size()),
                rate(counts.selection(), z),
                rate(counts.truePositive(), z),
                rate(counts.falsePositive(), z),
                rate(counts.precision(), z));
    }

    private List<Block> datasets(Origin.Use use) {
        if (card.origin() == null) {
            return List.of();
        }
        List<List<String>> rows = card.origin().datasets().stream()
                .filter(dataset -> dataset.use() == use)
                .map(dataset -> List.of(dataset.name(), dataset.digest()))
                .toList();
        return rows.isEmpty()
                ? List.of()
                : List.of(new Block.Table("Data sets of the run", List.of("data set", "digest"), rows));
    }

    private List<Block> findings() {
        List<List<String>> rows = findings(finding -> finding.verdict() != Finding.Verdict.NO_VERDICT)
                .map(finding -> List.of(
                        finding.criterion().title(),
                        String.join(" & ", finding.attributes()),
                        finding.widest() == null
                                ? "-"
                                : number(finding.value())
                                        + interval(finding.widest().interval()),
                        verdict(finding),
                        finding.widest() == null
                                ? ""
                                : finding.widest().group() + " against "
                                        + finding.widest().against()))
                .toList();
        return rows.isEmpty()
                ? List.of()
                : List.of(new Block.Table("Fairness", List.of("criterion", "of", "value", "verdict", "between"), rows));
    }

    private Stream<Finding> findings(Predicate<Finding> which) {
        return card.fairness() == null
                ? Stream.of()
                : card.fairness().findings().stream().filter(which);
    }

    private static String verdict(Finding finding) {
        if (finding.verdict() == Finding.Verdict.WITHIN) {
            return "within what is allowed";
        }
        return finding.isByChance() ? "past what is allowed, maybe by chance" : "past what is allowed";
    }

    private List<Block> caveats() {
        List<Fact> facts = new ArrayList<>();
        FairnessReport fairness = card.fairness();
        if (fairness != null) {
            add(
                    facts,
                    "Too few people for a verdict, fewer than "
                            + fairness.policy().minGroup(),
                    fairness.groups().stream()
                            .filter(line -> !line.enough())
                            .map(FairnessReport.GroupLine::group)
                            .map(Group::toString)
                            .collect(Collectors.joining(", ")));
        }
        Operation operation = card.operation();
        if (operation != null) {
            add(facts, "No longer like their reference", String.join(", ", operation.drifted()));
            add(facts, "Alerts that fire", String.join("; ", operation.alerts()));
        }
        return facts.isEmpty() ? List.of() : List.of(new Block.Facts(facts));
    }

    private static String rate(Rate rate, double z) {
        return rate.whole() == 0 ? "-" : number(rate.value()) + interval(rate.interval(z));
    }

    private static String interval(@Nullable Interval interval) {
        return interval == null ? "" : " (" + number(interval.low()) + " to " + number(interval.high()) + ")";
    }

    /** To four digits; whole numbers are whole. */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
