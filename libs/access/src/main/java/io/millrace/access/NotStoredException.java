package io.millrace.access;

/** An event that was to be written, of which nobody knows whether it is stored: the broker did not confirm it. */
public final class NotStoredException extends RuntimeException {

    public NotStoredException(Throwable cause) {
        super("the broker did not confirm the event", cause);
    }
}
