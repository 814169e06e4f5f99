package io.millrace.governance.domain.fairness;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which answers are the favourable ones.
 *
 * @param labels classes that are, in small letters
 * @param threshold from which score on an answer without a class is
 */
public record Favourable(Set<String> labels, double threshold) {

    public Favourable {
        labels = Set.copyOf(labels);
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("at least one class is favourable");
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("the threshold of scores is from 0 to 1, not " + threshold);
        }
    }

    /** Whether an answer is; null where there is none. */
    public @Nullable Boolean answered(@Nullable String label, @Nullable Double score) {
        if (label != null) {
            return is(label);
        }
        return score == null ? null : score >= threshold;
    }

    /** Whether a class is. */
    public boolean is(String label) {
        return labels.contains(label.toLowerCase(Locale.ROOT));
    }
}
