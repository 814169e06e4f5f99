package io.millrace.tracker.search;

import java.util.List;
import java.util.function.Function;

/** Whether a filter holds of a thing, decided on its values. What a database finds is the same. */
public final class Matching {

    private Matching() {}

    /** @param values of a field: texts or numbers ({@link Number}); none if the thing lacks it */
    public static boolean matches(Filter filter, Function<Field, ? extends List<?>> values) {
        return switch (filter) {
            case Filter.And(List<Filter> filters) -> filters.stream().allMatch(one -> matches(one, values));
            case Filter.Or(List<Filter> filters) -> filters.stream().anyMatch(one -> matches(one, values));
            case Filter.NumberComparison(Field field, Operator operator, double value) ->
                values.apply(field).stream()
                        .anyMatch(has -> has instanceof Number number && holds(number.doubleValue(), operator, value));
            case Filter.TextComparison(Field field, Operator operator, String value) ->
                values.apply(field).stream().anyMatch(has -> holds(String.valueOf(has), operator, value));
            case Filter.In(Field field, List<String> in) ->
                values.apply(field).stream().anyMatch(has -> in.contains(String.valueOf(has)));
            case Filter.NotIn(Field field, List<String> in) ->
                values.apply(field).stream().anyMatch(has -> !in.contains(String.valueOf(has)));
            case Filter.Missing(Field field) -> values.apply(field).isEmpty();
            case Filter.Present(Field field) -> !values.apply(field).isEmpty();
        };
    }

    private static boolean holds(double has, Operator operator, double value) {
        return switch (operator) {
            case EQUAL -> has == value;
            case NOT_EQUAL -> has != value;
            case LESS -> has < value;
            case AT_MOST -> has <= value;
            case GREATER -> has > value;
            case AT_LEAST -> has >= value;
            case LIKE, ILIKE -> throw notFor(operator, "numbers");
        };
    }

    private static boolean holds(String has, Operator operator, String value) {
        return switch (operator) {
            case EQUAL -> has.equals(value);
            case NOT_EQUAL -> !has.equals(value);
            case LIKE -> like(has.codePoints().toArray(), value.codePoints().toArray());
            case ILIKE -> like(folded(has), folded(value));
            case LESS, AT_MOST, GREATER, AT_LEAST -> throw notFor(operator, "texts");
        };
    }

    private static IllegalArgumentException notFor(Operator operator, String what) {
        return new IllegalArgumentException(operator.symbol() + " does not compare " + what);
    }

    private static int[] folded(String text) {
        return text.codePoints()
                .map(c -> Character.toLowerCase(Character.toUpperCase(c)))
                .toArray();
    }

    /** Steps back to the last % only, so that it takes no more than the product of the lengths. */
    private static boolean like(int[] text, int[] pattern) {
        int t = 0;
        int p = 0;
        int lastAny = -1;
        int taken = 0;
        while (t < text.length) {
            if (p < pattern.length && pattern[p] == '%') {
                lastAny = p++;
                taken = t;
            } else if (p < pattern.length && (pattern[p] == '_' || pattern[p] == text[t])) {
                p++;
                t++;
            } else if (lastAny >= 0) {
                p = lastAny + 1;
                t = ++taken;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '%') {
            p++;
        }
        return p == pattern.length;
    }
}
