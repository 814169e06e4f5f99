package io.millrace.tracker.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Few points that look like many: of each bucket the one that spans the largest triangle with the one taken before it and
 * the mean of the next bucket (Steinarsson 2013, LTTB). First and last stay.
 */
public final class Downsampling {

    private static final int FEWEST = 3;

    private Downsampling() {}

    /**
     * @param points in the order of {@code x}; with finite coordinates
     * @param most how many of them, at least 3
     */
    public static <T> List<T> of(List<T> points, ToDoubleFunction<T> x, ToDoubleFunction<T> y, int most) {
        if (most < FEWEST) {
            throw new IllegalArgumentException("a curve has at least " + FEWEST + " points, not " + most);
        }
        if (points.size() <= most) {
            return List.copyOf(points);
        }
        List<T> taken = new ArrayList<>(most);
        T last = points.getFirst();
        taken.add(last);
        int inner = points.size() - 2;
        int buckets = most - 2;
        for (int bucket = 0; bucket < buckets; bucket++) {
            int from = 1 + (int) ((long) inner * bucket / buckets);
            int to = 1 + (int) ((long) inner * (bucket + 1) / buckets);
            int next = Math.min(1 + (int) ((long) inner * (bucket + 2) / buckets), points.size() - 1);
            List<T> after = to < points.size() - 1 ? points.subList(to, next) : points.subList(to, points.size());
            double meanX = mean(after, x);
            double meanY = mean(after, y);
            T widest = points.get(from);
            double largest = -1;
            for (T point : points.subList(from, to)) {
                double area =
                        Math.abs((x.applyAsDouble(last) - meanX) * (y.applyAsDouble(point) - y.applyAsDouble(last))
                                - (x.applyAsDouble(last) - x.applyAsDouble(point)) * (meanY - y.applyAsDouble(last)));
                if (area > largest) {
                    largest = area;
                    widest = point;
                }
            }
            taken.add(widest);
            last = widest;
        }
        taken.add(points.getLast());
        return taken;
    }

    private static <T> double mean(List<T> points, ToDoubleFunction<T> of) {
        double sum = 0;
        for (T point : points) {
            sum += of.applyAsDouble(point) / points.size();
        }
        return sum;
    }
}
