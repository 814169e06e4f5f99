package io.millrace.simulator.play;

/** A play can't go on; the message says why and what to do. */
public final class PlayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PlayException(String message) {
        super(message);
    }

    public PlayException(String message, Throwable cause) {
        super(message, cause);
    }
}
