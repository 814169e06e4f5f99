package io.millrace.tracker.search;

/** A filter or an order that can't be understood. MLflow answers INVALID_PARAMETER_VALUE with this message. */
public final class SearchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SearchException(String message) {
        super(message);
    }
}
