package io.millrace.governance.domain.fairness;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What is still taken for fair, and of how many something is said at all.
 *
 * @param minGroup people below whom a rate gets no verdict: a group of a dozen has any rate by chance
 * @param mostDifference between two groups' rates
 * @param leastRatio of a group's selection rate to the reference group's; 0.8 is the four-fifths rule
 * @param mostRatio the same, upwards
 * @param confidence of intervals, as 0.95
 */
public record FairnessPolicy(
        long minGroup, double mostDifference, double leastRatio, double mostRatio, double confidence) {

    public static final FairnessPolicy DEFAULT = new FairnessPolicy(30, 0.05, 0.8, 1.25, 0.95);

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    public FairnessPolicy {
        if (minGroup < 1) {
            throw new IllegalArgumentException("the least size of a group is at least 1, not " + minGroup);
        }
        if (!(mostDifference >= 0 && mostDifference <= 1)) {
            throw new IllegalArgumentException("the largest difference is from 0 to 1, not " + mostDifference);
        }
        if (!(leastRatio >= 0 && leastRatio <= 1)) {
            throw new IllegalArgumentException("the least ratio is from 0 to 1, not " + leastRatio);
        }
        if (!(mostRatio >= 1)) {
            throw new IllegalArgumentException("the largest ratio is at least 1, not " + mostRatio);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence is between 0 and 1, not " + confidence);
        }
    }

    /** Standard deviations on either side of an interval. */
    public double deviations() {
        return deviations(1);
    }

    /** The same where several intervals shall hold at once, after Bonferroni. */
    double deviations(int intervals) {
        return NORMAL.inverseSurvivalProbability((1 - confidence) / 2 / intervals);
    }
}
