package io.millrace.tracker.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Rows that several may want to be there at the same time. */
final class NewRows {

    private static final String THERE_ALREADY = "23505";

    private NewRows() {}

    /** Of one argument each, together; one by one where some are there already, in the order of their arguments. */
    static void insertAll(Database database, String sql, Collection<String> arguments) {
        try {
            database.transaction(transaction -> {
                // Whoever makes several rows makes them in this order: nobody waits in a circle.
                for (String argument : new TreeSet<>(arguments)) {
                    transaction.later(sql, argument);
                }
                return arguments.size();
            });
        } catch (DatabaseException e) {
            if (!isThereAlready(e)) {
                throw e;
            }
            arguments.forEach(argument -> insert(database, sql, argument));
        }
    }

    /** In a transaction of its own; nothing happens where the row is there. */
    static void insert(Database database, String sql, @Nullable Object... arguments) {
        try {
            database.transaction(transaction -> transaction.update(sql, arguments));
        } catch (DatabaseException e) {
            if (!isThereAlready(e)) {
                throw e;
            }
        }
    }

    private static boolean isThereAlready(DatabaseException e) {
        return e.getCause() instanceof SQLException refused && THERE_ALREADY.equals(refused.getSQLState());
    }
}
