package io.millrace.governance.domain.fairness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far apart a figure of groups is.
 *
 * @param points of the groups that are large enough, from the smallest figure to the largest
 * @param tooSmall the others
 */
record Spread(List<Point> points, List<Group> tooSmall) {

    /** A group's figure, which is a rate moved by {@code shift}. */
    record Point(Group group, Rate rate, double shift) {
        double value() {
            return rate.value() + shift;
        }

        Interval interval(double z) {
            return rate.interval(z).plus(shift);
        }
    }

    private static final Comparator<Point> BY_VALUE =
            Comparator.comparingDouble(Point::value).thenComparing(Point::group);

    /** @param figure of a group; its whole are the people that it rests on */
    static Spread of(Map<Group, GroupCounts> groups, long minGroup, Function<GroupCounts, Rate> figure) {
        return of(groups, minGroup, figure, counts -> 0);
    }

    static Spread of(
            Map<Group, GroupCounts> groups,
            long minGroup,
            Function<GroupCounts, Rate> figure,
            ToDoubleFunction<GroupCounts> shift) {
        List<Point> points = new ArrayList<>();
        List<Group> tooSmall = new ArrayList<>();
        groups.forEach((group, counts) -> {
            Rate rate = figure.apply(counts);
            if (rate.whole() < minGroup) {
                tooSmall.add(group);
            } else {
                points.add(new Point(group, rate, shift.applyAsDouble(counts)));
            }
        });
        return new Spread(points, tooSmall);
    }

    Spread {
        points = points.stream().sorted(BY_VALUE).toList();
        tooSmall = List.copyOf(tooSmall);
    }

    boolean comparable() {
        return points.size() > 1;
    }

    int pairs() {
        return points.size() * (points.size() - 1) / 2;
    }

    Point highest() {
        return points.getLast();
    }

    @Nullable
    Point of(Group group) {
        return points.stream()
                .filter(point -> point.group().equals(group))
                .findFirst()
                .orElse(null);
    }

    double difference() {
        return points.getLast().value() - points.getFirst().value();
    }

    /** Each two groups and their difference, the widest first. */
    List<Finding.Pair> differences(double z) {
        List<Finding.Pair> pairs = new ArrayList<>();
        for (int low = 0; low < points.size(); low++) {
            for (int high = points.size() - 1; high > low; high--) {
                Point upper = points.get(high);
                Point lower = points.get(low);
                pairs.add(new Finding.Pair(
                        upper.group(), lower.group(), upper.value() - lower.value(), difference(upper, lower, z)));
            }
        }
        pairs.sort(Comparator.comparingDouble(Finding.Pair::value).reversed());
        return pairs;
    }

    /** Newcombe's interval of a difference, from the Wilson intervals of the two. */
    static Interval difference(Point upper, Point lower, double z) {
        Interval ofUpper = upper.interval(z);
        Interval ofLower = lower.interval(z);
        double difference = upper.value() - lower.value();
        return new Interval(
                difference - hypotenuse(upper.value() - ofUpper.low(), ofLower.high() - lower.value()),
                difference + hypotenuse(ofUpper.high() - upper.value(), lower.value() - ofLower.low()));
    }

    /** Katz' interval of a ratio of rates; null where a rate is 0 or both are 1, for then it has none. */
    static @Nullable Interval ratio(Rate upper, Rate lower, double z) {
        if (upper.part() == 0 || lower.part() == 0) {
            return null;
        }
        if (upper.part() == upper.whole() && lower.part() == lower.whole()) {
            return null;
        }
        double deviation =
                StrictMath.sqrt(1.0 / upper.part() - 1.0 / upper.whole() + 1.0 / lower.part() - 1.0 / lower.whole());
        double ratio = upper.value() / lower.value();
        double factor = StrictMath.exp(z * deviation);
        return new Interval(ratio / factor, ratio * factor);
    }

    private static double hypotenuse(double one, double other) {
        return StrictMath.sqrt(one * one + other * other);
    }
}
