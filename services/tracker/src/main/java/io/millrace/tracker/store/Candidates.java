package io.millrace.tracker.store;

import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.Operator;
import io.millrace.tracker.search.Order;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The runs that a search has to look at, as far as that is known at little cost. Otherwise runs are looked at in the order
 * of their start until a page is full, which takes long where few match, and all of them where another order is asked for.
 *
 * @param runs beside which none matches; null for any
 * @param ofTheBest whether they are those that come first by a metric, and only found ones that are better than the bound
 *     are known to
 * @param bound null for none
 */
record Candidates(
        @Nullable BitSet runs, boolean ofTheBest, @Nullable Double bound) {

    private static final int FEW = 1000;
    private static final int VERY_FEW = 50;
    private static final long MOST_WANTED = 2500;
    private static final long SEVERAL = 4;
    private static final long FEWEST = 100;

    /** What all conditions that are joined by AND say together. */
    static Candidates of(Transaction transaction, MetricKeys keys, Filter filter) throws SQLException {
        List<Filter> all = filter instanceof Filter.And(List<Filter> joined) ? joined : List.of(filter);
        BitSet runs = null;
        for (Filter one : all) {
            if (one instanceof Filter.NumberComparison(Field field, Operator operator, double value)
                    && operator != Operator.NOT_EQUAL
                    && field.kind() == Field.Kind.METRIC) {
                runs = both(runs, withValue(transaction, keys, field, operator, value));
            }
        }
        for (Filter one : all) {
            if ((runs == null || runs.cardinality() > VERY_FEW)
                    && one instanceof Filter.TextComparison(Field field, Operator operator, String value)
                    && operator == Operator.EQUAL) {
                runs = both(runs, withText(transaction, field, value));
            }
        }
        return new Candidates(runs, false, null);
    }

    private static @Nullable BitSet both(@Nullable BitSet runs, @Nullable BitSet others) {
        if (runs != null && others != null) {
            runs.and(others);
        }
        return runs == null ? others : runs;
    }

    private static @Nullable BitSet withValue(
            Transaction transaction, MetricKeys keys, Field field, Operator operator, double value)
            throws SQLException {
        Integer number = keys.numberOf(transaction, field.key());
        DoublePredicate holds = switch (operator) {
            case EQUAL -> has -> has == value;
            case LESS -> has -> has < value;
            case AT_MOST -> has -> has <= value;
            case GREATER -> has -> has > value;
            case AT_LEAST -> has -> has >= value;
            case NOT_EQUAL, LIKE, ILIKE -> has -> true;
        };
        return number == null ? new BitSet() : transaction.columns().where(transaction, number, holds);
    }

    /** Null where they are not few. */
    private static @Nullable BitSet withText(Transaction transaction, Field field, String value) throws SQLException {
        String kind = field.kind() == Field.Kind.PARAM ? "param" : field.kind() == Field.Kind.TAG ? "tag" : null;
        if (kind == null) {
            return null;
        }
        List<Long> found = transaction.query(
                "SELECT run_no FROM " + kind + "s WHERE " + kind + "_key = ? AND value_head = ? AND " + kind
                        + "_value = ? FETCH FIRST " + (FEW + 1) + " ROWS ONLY",
                row -> row.getLong(1),
                field.key(),
                RunRows.headOf(value),
                value);
        if (found.size() > FEW || found.stream().anyMatch(number -> number > Integer.MAX_VALUE)) {
            return null;
        }
        BitSet runs = new BitSet();
        found.forEach(number -> runs.set(number.intValue()));
        return runs;
    }

    /**
     * Where the first order is by a metric, those of them with its best values, several times as many as are wanted: if
     * enough of them match, no others come before them. Null where nothing can be said so.
     */
    @Nullable
    Candidates best(Transaction transaction, MetricKeys keys, Order first, long wanted) throws SQLException {
        Integer number = first.field().kind() == Field.Kind.METRIC
                ? keys.numberOf(transaction, first.field().key())
                : null;
        if (number == null || wanted > MOST_WANTED) {
            return null;
        }
        int most = (int) Math.max(FEWEST, SEVERAL * wanted);
        MetricColumns.Best best = transaction.columns().best(transaction, number, first.ascending(), runs, most);
        return best == null ? null : new Candidates(best.runs(), true, best.bound());
    }

    boolean areNone() {
        return runs != null && runs.isEmpty();
    }

    /** Whether it takes less to look at each of them than at runs in the order of their start. */
    boolean areFew() {
        return runs != null && (ofTheBest || runs.cardinality() <= FEW);
    }

    /** Their numbers, as SQL lists them. */
    String numbers() {
        return runs == null ? "" : runs.stream().mapToObj(String::valueOf).collect(Collectors.joining(", "));
    }
}
