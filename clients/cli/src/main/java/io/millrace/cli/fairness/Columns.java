package io.millrace.cli.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a file say what.
 *
 * @param label what was true; empty cells where it is not known yet
 * @param prediction what was decided
 * @param groups what people are grouped by
 * @param score probability that was given, from 0 to 1; null for none
 * @param positive the value of label and prediction that counts as yes; null for 1, true and yes
 * @param over the column whose values are also looked at one by one, such as a month; null for none
 * @param intersections whether people are also grouped by several of the groups' columns at once
 */
public record Columns(
        String label,
        String prediction,
        List<String> groups,
        @Nullable String score,
        @Nullable String positive,
        @Nullable String over,
        boolean intersections) {

    public Columns {
        groups = List.copyOf(groups);
    }
}
