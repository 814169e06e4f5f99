package io.millrace.cli.fairness;

/** A file of decisions can't be judged; the message says why and what to do. */
public final class LabelledFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LabelledFileException(String message) {
        super(message);
    }

    LabelledFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
