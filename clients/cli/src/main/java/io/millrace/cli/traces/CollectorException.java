package io.millrace.cli.traces;

import org.jspecify.annotations.Nullable;

/** A collector did not take spans; the message says what to do. */
public final class CollectorException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CollectorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
