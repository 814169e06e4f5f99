package io.millrace.governance.domain.fairness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How decisions came out for a group: how many were selected, and of those whose truth is known, how many rightly.
 * Integers only, so the counts of parts, added up in any order, are those of the whole.
 */
public final class GroupCounts {

    /** Equal intervals of scores that calibration is taken over. */
    public static final int SCORE_BINS = 10;

    /** Scores are summed in millionths, so that sums are exact integers. */
    public static final long UNIT = 1_000_000;

    private long answered;
    private long selected;
    private long truePositives;
    private long falsePositives;
    private long falseNegatives;
    private long trueNegatives;
    private final long[] scored = new long[SCORE_BINS];
    private final long[] cameTrue = new long[SCORE_BINS];
    private final long[] scores = new long[SCORE_BINS];

    /** A decision, whether or not the truth is known. */
    public void answered(boolean selected) {
        answered++;
        this.selected += selected ? 1 : 0;
    }

    /** What turned out about a decision. */
    public void known(boolean selected, boolean actual) {
        if (actual) {
            truePositives += selected ? 1 : 0;
            falseNegatives += selected ? 0 : 1;
        } else {
            falsePositives += selected ? 1 : 0;
            trueNegatives += selected ? 0 : 1;
        }
    }

    /**
     * What turned out where a probability had been given.
     *
     * @param score from 0 to 1
     */
    public void scored(double score, boolean actual) {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a score is from 0 to 1, not " + score);
        }
        int bin = Math.min(SCORE_BINS - 1, (int) (score * SCORE_BINS + 1e-9));
        scored[bin]++;
        cameTrue[bin] += actual ? 1 : 0;
        scores[bin] += Math.round(score * UNIT);
    }

    public void merge(GroupCounts other) {
        answered = Math.addExact(answered, other.answered);
        selected = Math.addExact(selected, other.selected);
        truePositives = Math.addExact(truePositives, other.truePositives);
        falsePositives = Math.addExact(falsePositives, other.falsePositives);
        falseNegatives = Math.addExact(falseNegatives, other.falseNegatives);
        trueNegatives = Math.addExact(trueNegatives, other.trueNegatives);
        for (int i = 0; i < SCORE_BINS; i++) {
            scored[i] = Math.addExact(scored[i], other.scored[i]);
            cameTrue[i] = Math.addExact(cameTrue[i], other.cameTrue[i]);
            scores[i] = Math.addExact(scores[i], other.scores[i]);
        }
    }

    /** Everything that was counted, in an order that stays the same; {@link #of} makes counts of it. */
    public List<Long> totals() {
        List<Long> totals = new ArrayList<>(
                List.of(answered, selected, truePositives, falsePositives, falseNegatives, trueNegatives));
        for (long[] bins : List.of(scored, cameTrue, scores)) {
            Arrays.stream(bins).forEach(totals::add);
        }
        return totals;
    }

    /** What {@link #totals} were taken of. */
    public static GroupCounts of(List<Long> totals) {
        GroupCounts counts = new GroupCounts();
        counts.answered = totals.get(0);
        counts.selected = totals.get(1);
        counts.truePositives = totals.get(2);
        counts.falsePositives = totals.get(3);
        counts.falseNegatives = totals.get(4);
        counts.trueNegatives = totals.get(5);
        int at = 6;
        for (long[] bins : List.of(counts.scored, counts.cameTrue, counts.scores)) {
            for (int i = 0; i < SCORE_BINS; i++) {
                bins[i] = totals.get(at++);
            }
        }
        return counts;
    }

    GroupCounts copy() {
        GroupCounts copy = new GroupCounts();
        copy.merge(this);
        return copy;
    }

    public long size() {
        return answered;
    }

    /** Decisions whose truth is known. */
    public long known() {
        return truePositives + falsePositives + falseNegatives + trueNegatives;
    }

    public Rate selection() {
        return new Rate(selected, answered);
    }

    /** How many are positive in truth. */
    public Rate prevalence() {
        return new Rate(truePositives + falseNegatives, known());
    }

    public Rate accuracy() {
        return new Rate(truePositives + trueNegatives, known());
    }

    public Rate truePositive() {
        return new Rate(truePositives, truePositives + falseNegatives);
    }

    public Rate falseNegative() {
        return new Rate(falseNegatives, truePositives + falseNegatives);
    }

    public Rate falsePositive() {
        return new Rate(falsePositives, falsePositives + trueNegatives);
    }

    /** Of those selected, how many rightly. */
    public Rate precision() {
        return new Rate(truePositives, truePositives + falsePositives);
    }

    public Calibration calibration() {
        return Calibration.of(scored, cameTrue, scores);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GroupCounts that
                && answered == that.answered
                && selected == that.selected
                && truePositives == that.truePositives
                && falsePositives == that.falsePositives
                && falseNegatives == that.falseNegatives
                && trueNegatives == that.trueNegatives
                && Arrays.equals(scored, that.scored)
                && Arrays.equals(cameTrue, that.cameTrue)
                && Arrays.equals(scores, that.scores);
    }

    @Override
    public int hashCode() {
        return Objects.hash(answered, selected, truePositives, falsePositives);
    }
}
