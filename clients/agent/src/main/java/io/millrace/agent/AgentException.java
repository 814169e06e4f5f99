package io.millrace.agent;

import org.jspecify.annotations.Nullable;

/** The agent can't do its work; the message says why and what to do. */
public final class AgentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AgentException(String message) {
        super(message);
    }

    public AgentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
