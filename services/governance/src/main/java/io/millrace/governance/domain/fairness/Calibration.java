package io.millrace.governance.domain.fairness;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether what had a probability came true as often as it said.
 *
 * @param cameTrue of all that had a score
 * @param meanScore NaN where there is none, as are the others
 * @param gap how much more often it came true than the scores said
 * @param error expected calibration error: how far each interval's share that came true is from its mean score, on average
 * @param bins intervals that have scores, from low to high
 */
public record Calibration(Rate cameTrue, double meanScore, double gap, double error, List<Bin> bins) {

    /**
     * @param from where the interval begins; the next interval begins where it ends
     * @param meanScore of those in it
     */
    public record Bin(double from, double meanScore, Rate cameTrue) {}

    public Calibration {
        bins = List.copyOf(bins);
    }

    /** @param scores sums, in millionths */
    static Calibration of(long[] scored, long[] cameTrue, long[] scores) {
        Rate all = new Rate(Arrays.stream(cameTrue).sum(), Arrays.stream(scored).sum());
        if (all.whole() == 0) {
            return new Calibration(all, Double.NaN, Double.NaN, Double.NaN, List.of());
        }
        List<Bin> bins = IntStream.range(0, scored.length)
                .filter(i -> scored[i] > 0)
                .mapToObj(i -> new Bin(
                        (double) i / scored.length, mean(scores[i], scored[i]), new Rate(cameTrue[i], scored[i])))
                .toList();
        double error = 0;
        for (Bin bin : bins) {
            error += Math.abs(bin.cameTrue().value() - bin.meanScore())
                    * bin.cameTrue().whole()
                    / all.whole();
        }
        double mean = mean(Arrays.stream(scores).sum(), all.whole());
        return new Calibration(all, mean, all.value() - mean, error, bins);
    }

    private static double mean(long sum, long count) {
        return (double) sum / GroupCounts.UNIT / count;
    }
}
