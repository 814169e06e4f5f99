package io.millrace.streams;

/** The schema registry gives no answer. Says nothing about the record at hand: wait and ask again. */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }

    public RegistryUnavailableException(String reason) {
        super(reason);
    }
}
