package io.millrace.tracker.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Rows that several may want to be there at the same time. */
final class NewRows {

    private static final String THERE_ALREADY = "23505";

    private NewRows() {}

    /** In a transaction of its own; nothing happens where the row is there. */
    static void insert(Database database, String sql, @Nullable Object... arguments) {
        try {
            database.transaction(transaction -> transaction.update(sql, arguments));
        } catch (DatabaseException e) {
            if (!(e.getCause() instanceof SQLException sqlException)
                    || !THERE_ALREADY.equals(sqlException.getSQLState())) {
                throw e;
            }
        }
    }
}
