package io.millrace.tracker.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names of metrics by number: a name is long and there are many rows. A new name gets its number in a transaction of its
 * own, so that no two wait for one another's names. Thread safe.
 */
public final class MetricKeys {

    private final Database database;
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<Integer, String> names = new ConcurrentHashMap<>();

    public MetricKeys(Database database) {
        this.database = database;
    }

    /** Numbers of these names, new ones included. To be called before a transaction, not within. */
    public Map<String, Integer> numbersOf(Collection<String> keys) {
        Map<String, Integer> found = new HashMap<>();
        for (String key : keys) {
            Integer number = numbers.get(key);
            if (number == null) {
                number = database.finding(transaction -> numberOf(transaction, key));
            }
            if (number == null) {
                NewRows.insert(database, "INSERT INTO metric_keys (metric_key) VALUES (?)", key);
                number = Objects.requireNonNull(
                        database.finding(transaction -> numberOf(transaction, key)), "it was just written");
            }
            found.put(key, number);
        }
        return found;
    }

    /** The number of a name; null if no metric has it. */
    public @Nullable Integer numberOf(Transaction transaction, String key) throws SQLException {
        Integer known = numbers.get(key);
        if (known == null) {
            known = transaction.one("SELECT key_no FROM metric_keys WHERE metric_key = ?", row -> row.getInt(1), key);
            if (known != null) {
                numbers.put(key, known);
            }
        }
        return known;
    }

    /** The name of a number. */
    String nameOf(Transaction transaction, int number) throws SQLException {
        String known = names.get(number);
        if (known == null) {
            known = Objects.requireNonNull(
                    transaction.one(
                            "SELECT metric_key FROM metric_keys WHERE key_no = ?", row -> row.getString(1), number),
                    "every row has a number that is known");
            names.put(number, known);
        }
        return known;
    }
}
