package io.millrace.tracker.search;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What has to hold of a thing to be found. A field that a thing lacks satisfies nothing but {@link Missing}; one that it
 * has several values of, as a run of the names of its data sets, satisfies what any of them does.
 */
public sealed interface Filter {

    /** Holds of everything. */
    Filter ALL = new And(List.of());

    /** All of them hold; of none, always. */
    record And(List<Filter> filters) implements Filter {
        public And {
            filters = List.copyOf(filters);
        }
    }

    /** At least one of them holds. */
    record Or(List<Filter> filters) implements Filter {
        public Or {
            filters = List.copyOf(filters);
        }
    }

    /** A metric, or an attribute that is a number, compared with a number. */
    record NumberComparison(Field field, Operator operator, double value) implements Filter {}

    /** A field that is a text, compared with a text. */
    record TextComparison(Field field, Operator operator, String value) implements Filter {}

    /** A field is one of some texts. */
    record In(Field field, List<String> values) implements Filter {
        public In {
            values = List.copyOf(values);
        }
    }

    /** A field has a value that is none of some texts. */
    record NotIn(Field field, List<String> values) implements Filter {
        public NotIn {
            values = List.copyOf(values);
        }
    }

    /** The thing has no such field. */
    record Missing(Field field) implements Filter {}

    /** The thing has such a field. */
    record Present(Field field) implements Filter {}

    /** As it is written; {@link FilterParser} reads the same from it. */
    default String text() {
        return switch (this) {
            case And(List<Filter> filters) ->
                filters.stream().map(Filter::within).collect(Collectors.joining(" AND "));
            case Or(List<Filter> filters) ->
                filters.stream().map(Filter::within).collect(Collectors.joining(" OR "));
            case NumberComparison(Field field, Operator operator, double value) ->
                field.text() + " " + operator.symbol() + " " + number(value);
            case TextComparison(Field field, Operator operator, String value) ->
                field.text() + " " + operator.symbol() + " " + Quoted.inSingleQuotes(value);
            case In(Field field, List<String> values) -> field.text() + " IN " + list(values);
            case NotIn(Field field, List<String> values) -> field.text() + " NOT IN " + list(values);
            case Missing(Field field) -> field.text() + " IS NULL";
            case Present(Field field) -> field.text() + " IS NOT NULL";
        };
    }

    private static String within(Filter filter) {
        return filter instanceof And || filter instanceof Or ? "(" + filter.text() + ")" : filter.text();
    }

    private static String list(List<String> values) {
        return values.stream().map(Quoted::inSingleQuotes).collect(Collectors.joining(", ", "(", ")"));
    }

    /** A number too large for a double is read as infinite; so is this one. */
    private static String number(double value) {
        return Double.isInfinite(value) ? (value > 0 ? "1E999" : "-1E999") : Double.toString(value);
    }
}
