package io.millrace.cli.fairness;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A column with two values, of which one counts as yes. */
final class YesNo {

    private static final Set<String> YES = Set.of("1", "true", "yes");
    private static final Set<String> NO = Set.of("0", "false", "no");

    private final String column;
    private final @Nullable String positive;
    private final TreeSet<String> values = new TreeSet<>();

    /** @param positive the value that counts as yes; null for the usual words */
    YesNo(String column, @Nullable String positive) {
        this.column = column;
        this.positive = positive == null ? null : plain(positive);
    }

    boolean isYes(String value, long line) {
        String plain = plain(value);
        values.add(plain);
        if (positive != null) {
            if (values.size() > 2 || values.size() == 2 && !values.contains(positive)) {
                throw new LabelledFileException("column '" + column + "' is not binary: line " + line + " has '" + value
                        + "', after " + words() + "; two values are wanted, of which '" + positive + "' is one");
            }
            return plain.equals(positive);
        }
        String word = plain.toLowerCase(Locale.ROOT);
        if (YES.contains(word) || NO.contains(word)) {
            return YES.contains(word);
        }
        throw new LabelledFileException("column '" + column + "' is not binary: line " + line + " has '" + value
                + "', which is none of 1, 0, true, false, yes, no. If it has two values, --positive VALUE says which"
                + " of them counts as yes");
    }

    /** Whether what counts as yes was met, or usual words are all that there may be. */
    boolean metPositive() {
        return positive == null || values.contains(positive);
    }

    String words() {
        return "'" + String.join("', '", values) + "'";
    }

    /** Numbers are alike however they are written: 1 and 1.0. */
    private static String plain(String value) {
        return value.matches("[+-]?\\d+\\.0*") ? value.substring(0, value.indexOf('.')) : value;
    }
}
