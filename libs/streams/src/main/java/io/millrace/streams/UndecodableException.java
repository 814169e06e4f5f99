package io.millrace.streams;

/** These bytes are no value of the topic they were read from, and never will be. */
public final class UndecodableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UndecodableException(String reason) {
        super(reason);
    }

    public UndecodableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
