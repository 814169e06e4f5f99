package io.millrace.tracker.store;

import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.Operator;
import io.millrace.tracker.search.Order;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds runs: a filter and orders as SQL that H2 and PostgreSQL take alike. */
public final class RunSearch {

    /** Which runs are looked at at all. */
    public enum Lifecycle {
        ACTIVE,
        DELETED,
        ALL
    }

    private static final String ARTIFACT_URI = "((SELECT e.artifact_location FROM experiments e"
            + " WHERE e.experiment_id = r.experiment_id) || '/' || r.run_id || '/artifacts')";

    private static final String FIRST_ORDER = "o0";

    private final Transaction transaction;
    private final MetricKeys keys;
    private final List<Object> arguments = new ArrayList<>();

    private RunSearch(Transaction transaction, MetricKeys keys) {
        this.transaction = transaction;
        this.keys = keys;
    }

    /** Numbers of the runs found, in order. */
    public static List<Long> find(
            Transaction transaction,
            MetricKeys keys,
            List<String> experimentIds,
            Lifecycle lifecycle,
            Filter filter,
            List<Order> orders,
            long skipped,
            int most)
            throws SQLException {
        if (experimentIds.isEmpty()) {
            return List.of();
        }
        Candidates candidates = Candidates.of(transaction, keys, filter);
        if (!candidates.areFew() && !orders.isEmpty()) {
            Candidates best = candidates.best(transaction, keys, orders.getFirst(), skipped + most);
            if (best != null) {
                List<Long> found = new RunSearch(transaction, keys)
                        .find(experimentIds, lifecycle, filter, orders, best, skipped, most);
                if (found.size() == most) {
                    return found;
                }
            }
        }
        return new RunSearch(transaction, keys)
                .find(experimentIds, lifecycle, filter, orders, candidates, skipped, most);
    }

    private List<Long> find(
            List<String> experimentIds,
            Lifecycle lifecycle,
            Filter filter,
            List<Order> orders,
            Candidates candidates,
            long skipped,
            int most)
            throws SQLException {
        if (candidates.areNone()) {
            return List.of();
        }
        // In the order in which arguments stand: joins of the orders come first.
        StringBuilder joins = new StringBuilder();
        List<String> by = new ArrayList<>();
        for (Order order : orders) {
            by.addAll(order(order, joins));
        }
        if (orders.isEmpty() && experimentIds.size() == 1 && !candidates.areFew()) {
            by.add("r.experiment_id"); // as the index runs_by_start has it: read in its order, as far as the page goes
        }
        if (orders.stream().noneMatch(order -> isAttribute(order.field(), "start_time"))) {
            by.add("r.start_time DESC");
        }
        if (orders.stream().noneMatch(order -> isAttribute(order.field(), "run_id"))) {
            by.add("r.run_id");
        }
        StringBuilder sql = new StringBuilder("SELECT r.run_no FROM runs r").append(joins);
        sql.append(" WHERE r.experiment_id IN (")
                .append(experimentIds.stream().map(id -> "?").collect(Collectors.joining(", ")))
                .append(')');
        arguments.addAll(experimentIds);
        switch (lifecycle) {
            case ACTIVE -> sql.append(" AND r.lifecycle = 'active'");
            case DELETED -> sql.append(" AND r.lifecycle = 'deleted'");
            case ALL -> {}
        }
        sql.append(" AND r.started_offset IS NOT NULL AND ").append(condition(filter));
        if (candidates.areFew()) {
            sql.append(" AND r.run_no IN (").append(candidates.numbers()).append(')');
        }
        if (candidates.ofTheBest()) {
            sql.append(" AND NOT ").append(FIRST_ORDER).append(".is_nan");
            Double bound = candidates.bound();
            if (bound != null) {
                // One whose value was just changed may be no better than others, at which nobody looks.
                sql.append(" AND ").append(FIRST_ORDER).append(".metric_value ");
                sql.append(orders.getFirst().ascending() ? "< ?" : "> ?");
                arguments.add(bound);
            }
        }
        sql.append(" ORDER BY ").append(String.join(", ", by));
        sql.append(" OFFSET ")
                .append(skipped)
                .append(" ROWS FETCH NEXT ")
                .append(most)
                .append(" ROWS ONLY");
        return transaction.query(sql.toString(), row -> row.getLong(1), arguments.toArray());
    }

    private static boolean isAttribute(Field field, String key) {
        return field.kind() == Field.Kind.ATTRIBUTE && field.key().equals(key);
    }

    /** What is missing comes last, either way; of metrics NaN before what is missing. */
    private List<String> order(Order order, StringBuilder joins) throws SQLException {
        String direction = order.ascending() ? " ASC" : " DESC";
        String key = order.field().key();
        String alias = "o" + joins.length();
        switch (order.field().kind()) {
            case METRIC -> {
                Integer number = keys.numberOf(transaction, key);
                if (number == null) {
                    return List.of();
                }
                joins.append(" LEFT JOIN metric_values " + alias + " ON " + alias + ".value_no = r.run_no + "
                        + LatestMetrics.firstValue(number));
                return List.of(
                        "CASE WHEN " + alias + ".is_nan THEN 1 WHEN " + alias
                                + ".metric_value IS NULL THEN 2 ELSE 0 END",
                        alias + ".metric_value" + direction);
            }
            case PARAM -> {
                return joined(joins, alias, "params", "param", key, direction);
            }
            case TAG -> {
                return joined(joins, alias, "tags", "tag", key, direction);
            }
            case ATTRIBUTE -> {
                String column = column(key);
                return List.of("CASE WHEN " + column + " IS NULL THEN 1 ELSE 0 END", column + direction);
            }
            case DATASET -> throw new IllegalArgumentException("nothing is ordered by data sets");
        }
        throw new IllegalStateException("every kind is answered above");
    }

    private List<String> joined(
            StringBuilder joins, String alias, String table, String kind, String key, String direction) {
        joins.append(" LEFT JOIN " + table + " " + alias + " ON " + alias + ".run_no = r.run_no AND " + alias + "."
                + kind + "_key = ?");
        arguments.add(key);
        String column = alias + "." + kind + "_value";
        return List.of("CASE WHEN " + column + " IS NULL THEN 1 ELSE 0 END", column + direction);
    }

    private static String column(String attribute) {
        return switch (attribute) {
            case "artifact_uri" -> ARTIFACT_URI;
            case "end_time", "run_id", "run_name", "start_time", "status", "user_id" -> "r." + attribute;
            default -> throw new IllegalArgumentException("runs have no attribute " + attribute);
        };
    }

    private String condition(Filter filter) throws SQLException {
        return switch (filter) {
            case Filter.And(List<Filter> all) -> joined(all, " AND ", "1 = 1");
            case Filter.Or(List<Filter> any) -> joined(any, " OR ", "1 = 0");
            case Filter.NumberComparison(Field field, Operator operator, double value) ->
                number(field, operator, value);
            case Filter.TextComparison(Field field, Operator operator, String value) ->
                of(field, column -> compared(column, operator, value));
            case Filter.In(Field field, List<String> values) -> of(field, column -> listed(column, values, "IN"));
            case Filter.NotIn(Field field, List<String> values) ->
                of(field, column -> listed(column, values, "NOT IN"));
            case Filter.Missing(Field field) -> "NOT " + of(field, column -> column + " IS NOT NULL");
            case Filter.Present(Field field) -> of(field, column -> column + " IS NOT NULL");
        };
    }

    private String joined(List<Filter> filters, String by, String none) throws SQLException {
        List<String> conditions = new ArrayList<>();
        for (Filter one : filters) {
            conditions.add(condition(one));
        }
        return conditions.isEmpty() ? none : "(" + String.join(by, conditions) + ")";
    }

    private String number(Field field, Operator operator, double value) throws SQLException {
        if (field.kind() == Field.Kind.ATTRIBUTE) {
            arguments.add(value);
            return column(field.key()) + " " + symbol(operator) + " ?";
        }
        Integer number = keys.numberOf(transaction, field.key());
        if (number == null) {
            return "1 = 0";
        }
        arguments.add(value);
        String compared = "m.metric_value " + symbol(operator) + " ?";
        return "EXISTS (SELECT 1 FROM metric_values m WHERE m.value_no = r.run_no + " + LatestMetrics.firstValue(number)
                + " AND "
                + (operator == Operator.NOT_EQUAL ? "(m.is_nan OR " + compared + ")" : compared + " AND NOT m.is_nan")
                + ")";
    }

    @FunctionalInterface
    private interface Condition {
        String on(String column) throws SQLException;
    }

    /** A condition on the value of a field that is a text, or, of a metric, that it is there. */
    private String of(Field field, Condition condition) throws SQLException {
        String key = field.key();
        return switch (field.kind()) {
            case ATTRIBUTE -> "(" + condition.on(column(key)) + ")";
            case METRIC -> {
                Integer number = keys.numberOf(transaction, key);
                yield number == null
                        ? "(1 = 0)"
                        : "(EXISTS (SELECT 1 FROM metric_values m WHERE m.value_no = r.run_no + "
                                + LatestMetrics.firstValue(number) + " AND " + condition.on("m.metric_value") + "))";
            }
            case PARAM -> {
                arguments.add(key);
                yield "(EXISTS (SELECT 1 FROM params p WHERE p.run_no = r.run_no AND p.param_key = ? AND "
                        + condition.on("p.param_value") + "))";
            }
            case TAG -> {
                arguments.add(key);
                yield "(EXISTS (SELECT 1 FROM tags t WHERE t.run_no = r.run_no AND t.tag_key = ? AND "
                        + condition.on("t.tag_value") + "))";
            }
            case DATASET -> {
                String column = switch (key) {
                    case "name" -> "i.dataset_name";
                    case "digest" -> "i.digest";
                    case "context" -> "i.context";
                    default -> throw new IllegalArgumentException("data sets have no " + key);
                };
                yield "(EXISTS (SELECT 1 FROM inputs i WHERE i.run_no = r.run_no AND " + condition.on(column) + "))";
            }
        };
    }

    private String compared(String column, Operator operator, String value) {
        arguments.add(value);
        return switch (operator) {
            case LIKE, ILIKE -> column + " " + symbol(operator) + " ? ESCAPE ''";
            case EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST -> column + " " + symbol(operator) + " ?";
        };
    }

    private String listed(String column, List<String> values, String word) {
        arguments.addAll(values);
        return column + " " + word + " (" + values.stream().map(value -> "?").collect(Collectors.joining(", ")) + ")";
    }

    static String symbol(Operator operator) {
        return operator == Operator.NOT_EQUAL ? "<>" : operator.symbol();
    }
}
