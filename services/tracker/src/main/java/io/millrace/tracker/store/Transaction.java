package io.millrace.tracker.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One transaction. Belongs to one thread. */
public final class Transaction implements AutoCloseable {

    /** Makes something of a row. */
    @FunctionalInterface
    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static final int AT_ONCE = 5_000;

    private static final class Batch {
        private final PreparedStatement statement;
        private int waiting;

        Batch(PreparedStatement statement) {
            this.statement = statement;
        }
    }

    private final Connection connection;
    private final MetricColumns columns;
    private final Map<String, Batch> batches = new LinkedHashMap<>();
    private final List<MetricColumns.Change> changes = new ArrayList<>();

    Transaction(Connection connection, MetricColumns columns) {
        this.connection = connection;
        this.columns = columns;
    }

    /** What searches know of the values of metrics. */
    MetricColumns columns() {
        return columns;
    }

    /** What they are to be told when it ends. */
    List<MetricColumns.Change> changes() {
        return changes;
    }

    /** All rows of a query. */
    public <T> List<T> query(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(row.of(rows));
                }
            }
            return found;
        }
    }

    /** The one row of a query, or null. */
    public <T> @Nullable T one(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
        List<T> found = query(sql, row, arguments);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** Changes rows now. */
    public int update(String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            return statement.executeUpdate();
        }
    }

    /** Changes rows at the end of the transaction, together with others of the same form; no query sees it before. */
    public void later(String sql, @Nullable Object... arguments) throws SQLException {
        Batch batch = batches.get(sql);
        if (batch == null) {
            batch = new Batch(connection.prepareStatement(sql));
            batches.put(sql, batch);
        }
        bind(batch.statement, arguments);
        batch.statement.addBatch();
        if (++batch.waiting == AT_ONCE) {
            batch.statement.executeBatch();
            batch.waiting = 0;
        }
    }

    /** Does what was put off. */
    public void flush() throws SQLException {
        for (Batch batch : batches.values()) {
            if (batch.waiting > 0) {
                batch.statement.executeBatch();
                batch.waiting = 0;
            }
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object[] arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i];
            switch (argument) {
                case null -> statement.setObject(i + 1, null);
                case String text -> statement.setString(i + 1, text);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case Double number -> statement.setDouble(i + 1, number);
                case Boolean truth -> statement.setBoolean(i + 1, truth);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                default -> throw new IllegalArgumentException("no column holds a " + argument.getClass());
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (Batch batch : batches.values()) {
            batch.statement.close();
        }
    }
}
