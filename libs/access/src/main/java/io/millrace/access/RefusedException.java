package io.millrace.access;

import org.jboss.resteasy.reactive.RestResponse.Status;

/** A request that is understood and not granted. */
public final class RefusedException extends RuntimeException {

    private final Status status;

    /** @param message why, and what to do about it */
    public RefusedException(Status status, String message) {
        super(message);
        this.status = status;
    }

    Status status() {
        return status;
    }
}
