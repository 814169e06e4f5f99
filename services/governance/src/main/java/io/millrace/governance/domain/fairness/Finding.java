package io.millrace.governance.domain.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one criterion says of the groups of the same attributes.
 *
 * @param attributes that the groups are of; several for intersections
 * @param widest the two groups that are farthest apart; null where none could be compared
 * @param certain of the pairs that are past what is allowed and not by chance, for all that their sizes tell, the one
 *     farthest apart; null where there is none
 * @param tooSmall groups that were left out: fewer people than the policy asks for
 */
public record Finding(
        List<String> attributes,
        Criterion criterion,
        Verdict verdict,
        @Nullable Pair widest,
        @Nullable Pair certain,
        List<Group> tooSmall) {

    public enum Verdict {
        /** No further from one another than the policy allows. */
        WITHIN,
        PAST,
        /** Fewer than two groups are large enough. */
        NO_VERDICT
    }

    /**
     * Two groups.
     *
     * @param group of a difference the one with the larger rate, of a ratio the upper one
     * @param against of a ratio the reference group
     * @param value difference or ratio
     * @param interval made so that those of all pairs of groups hold at once; null where there is none
     */
    public record Pair(
            Group group,
            Group against,
            double value,
            @Nullable Interval interval) {}

    public Finding {
        attributes = List.copyOf(attributes);
        tooSmall = List.copyOf(tooSmall);
    }

    /** Of the two that are farthest apart; NaN where none could be compared. */
    public double value() {
        return widest == null ? Double.NaN : widest.value();
    }

    /** Whether it may have come about by chance that something is past what is allowed. */
    public boolean isByChance() {
        return verdict == Verdict.PAST && certain == null;
    }
}
