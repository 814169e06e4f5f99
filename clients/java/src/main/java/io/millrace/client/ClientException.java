package io.millrace.client;

import org.jspecify.annotations.Nullable;

/** What was asked of a client can't be done, or was not; the message says why and what to do. */
public final class ClientException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ClientException(String message) {
        super(message);
    }

    public ClientException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
