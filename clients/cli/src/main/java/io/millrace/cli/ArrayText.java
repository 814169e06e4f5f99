package io.millrace.cli;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Indices of an array's jobs as people write them: 0-9, or 3,7 or 0-4,8. */
final class ArrayText implements ITypeConverter<ArrayText.Indices> {

    /**
     * Indices in order, each once.
     *
     * @param all from 0
     */
    record Indices(List<Integer> all) {}

    private static final Pattern PART = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");
    private static final int MOST = 10_000;

    @Override
    public Indices convert(String text) {
        TreeSet<Integer> indices = new TreeSet<>();
        for (String part : text.strip().split(",", -1)) {
            Matcher range = PART.matcher(part.strip());
            if (!range.matches()) {
                throw wrong(text);
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first) {
                throw wrong(text);
            }
            if (indices.size() + last - first >= MOST) {
                throw new TypeConversionException("an array has at most " + MOST + " jobs, '" + text + "' has more");
            }
            for (int index = first; index <= last; index++) {
                indices.add(index);
            }
        }
        return new Indices(List.copyOf(indices));
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException("'" + text + "' says no indices; write 0-9, or 3,7 or 0-4,8");
    }
}
