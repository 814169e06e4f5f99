package io.millrace.tracker.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The database did not do what it was told. */
public final class DatabaseException extends RuntimeException {

    private static final String VALUE_DOES_NOT_FIT =
            "22"; // a class of states: too long, out of range, not in this encoding

    public DatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether a value is to blame that no column can hold: it fails again, however often it is tried. */
    public boolean isOfWhatWasWritten() {
        for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && sql.getSQLState().startsWith(VALUE_DOES_NOT_FIT)) {
                return true;
            }
        }
        return false;
    }
}
