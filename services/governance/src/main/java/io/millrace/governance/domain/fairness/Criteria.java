package io.millrace.governance.domain.fairness;

import static io.millrace.governance.domain.fairness.Criterion.CALIBRATION_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.DEMOGRAPHIC_PARITY_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.DEMOGRAPHIC_PARITY_RATIO;
import static io.millrace.governance.domain.fairness.Criterion.EQUALIZED_ODDS_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.EQUAL_OPPORTUNITY_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.PREDICTIVE_PARITY_DIFFERENCE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The groups of the same attributes, judged.
 *
 * @param reference whose selection rate others' are put against; null for that of the group selected most often
 */
record Criteria(
        List<String> attributes,
        Map<Group, GroupCounts> groups,
        FairnessPolicy policy,
        @Nullable Group reference) {

    /** Differences of rates are not exact; one that is what is allowed is not past it. */
    private static final double ROUNDING = 1e-12;

    List<FairnessReport.GroupLine> lines() {
        Spread.Point against = against(spread(GroupCounts::selection));
        double most = against == null ? 0 : against.value();
        List<FairnessReport.GroupLine> lines = new ArrayList<>();
        groups.forEach((group, counts) -> lines.add(new FairnessReport.GroupLine(
                group,
                counts,
                counts.size() >= policy.minGroup(),
                most > 0 ? counts.selection().value() / most : Double.NaN)));
        return lines;
    }

    List<Finding> findings() {
        Spread selection = spread(GroupCounts::selection);
        List<Finding> findings = new ArrayList<>();
        findings.add(difference(DEMOGRAPHIC_PARITY_DIFFERENCE, List.of(selection)));
        findings.add(ratio(selection));
        if (groups.values().stream().anyMatch(counts -> counts.known() > 0)) {
            Spread found = spread(GroupCounts::truePositive);
            Spread wronged = spread(GroupCounts::falsePositive);
            findings.add(difference(EQUAL_OPPORTUNITY_DIFFERENCE, List.of(found)));
            findings.add(difference(EQUALIZED_ODDS_DIFFERENCE, List.of(found, wronged)));
            findings.add(difference(PREDICTIVE_PARITY_DIFFERENCE, List.of(spread(GroupCounts::precision))));
        }
        if (groups.values().stream()
                .anyMatch(counts -> counts.calibration().cameTrue().whole() > 0)) {
            Spread gaps = Spread.of(
                    groups,
                    policy.minGroup(),
                    counts -> counts.calibration().cameTrue(),
                    counts -> -counts.calibration().meanScore());
            findings.add(difference(CALIBRATION_DIFFERENCE, List.of(gaps)));
        }
        return findings;
    }

    private Spread spread(Function<GroupCounts, Rate> figure) {
        return Spread.of(groups, policy.minGroup(), figure);
    }

    /** The largest difference of several figures. One that is past the limit is enough; else all must be known. */
    private Finding difference(Criterion criterion, List<Spread> figures) {
        List<Group> tooSmall = List.copyOf(new TreeSet<>(
                figures.stream().flatMap(figure -> figure.tooSmall().stream()).toList()));
        Spread widest = figures.stream()
                .filter(Spread::comparable)
                .max(Comparator.comparingDouble(Spread::difference))
                .orElse(null);
        if (widest == null) {
            return none(criterion, tooSmall);
        }
        double limit = policy.mostDifference() + ROUNDING;
        boolean past = widest.difference() > limit;
        if (!past && !figures.stream().allMatch(Spread::comparable)) {
            return none(criterion, tooSmall);
        }
        double z = policy.deviations(figures.stream().mapToInt(Spread::pairs).sum());
        Finding.Pair certain = figures.stream()
                .flatMap(figure -> figure.differences(z).stream())
                .filter(pair -> pair.value() > limit
                        && pair.interval() != null
                        && !pair.interval().contains(0))
                .max(Comparator.comparingDouble(Finding.Pair::value))
                .orElse(null);
        return new Finding(
                attributes,
                criterion,
                past ? Finding.Verdict.PAST : Finding.Verdict.WITHIN,
                widest.differences(z).getFirst(),
                certain,
                tooSmall);
    }

    private Finding ratio(Spread selection) {
        Spread.Point against = against(selection);
        if (!selection.comparable() || against == null) {
            return none(DEMOGRAPHIC_PARITY_RATIO, selection.tooSmall());
        }
        // Where the data chose the group that others are put against, any two might have been compared.
        double z = policy.deviations(
                reference == null ? selection.pairs() : selection.points().size() - 1);
        List<Spread.Point> farthestFirst = selection.points().stream()
                .filter(point -> !point.group().equals(against.group()))
                .sorted(Comparator.comparingDouble((Spread.Point point) -> apart(point, against))
                        .reversed()
                        .thenComparing(Spread.Point::group))
                .toList();
        Finding.Pair certain = farthestFirst.stream()
                .filter(point -> isPast(ratio(point, against))
                        && !Spread.difference(point, against, z).contains(0))
                .findFirst()
                .map(point -> pair(point, against, z))
                .orElse(null);
        Finding.Pair widest = pair(farthestFirst.getFirst(), against, z);
        return new Finding(
                attributes,
                DEMOGRAPHIC_PARITY_RATIO,
                isPast(widest.value()) ? Finding.Verdict.PAST : Finding.Verdict.WITHIN,
                widest,
                certain,
                selection.tooSmall());
    }

    private boolean isPast(double ratio) {
        return ratio < policy.leastRatio() - ROUNDING || ratio > policy.mostRatio() + ROUNDING;
    }

    private Spread.@Nullable Point against(Spread selection) {
        if (reference != null) {
            return selection.of(reference);
        }
        return selection.points().isEmpty() ? null : selection.highest();
    }

    /** How many times as often, whichever way. */
    private static double apart(Spread.Point one, Spread.Point other) {
        double ratio = ratio(one, other);
        return ratio < 1 ? 1 / ratio : ratio;
    }

    /** Where nobody is selected, all are treated alike. */
    private static double ratio(Spread.Point upper, Spread.Point lower) {
        return upper.value() == lower.value() ? 1 : upper.value() / lower.value();
    }

    private static Finding.Pair pair(Spread.Point upper, Spread.Point lower, double z) {
        return new Finding.Pair(
                upper.group(), lower.group(), ratio(upper, lower), Spread.ratio(upper.rate(), lower.rate(), z));
    }

    private Finding none(Criterion criterion, List<Group> tooSmall) {
        return new Finding(attributes, criterion, Finding.Verdict.NO_VERDICT, null, null, tooSmall);
    }
}
