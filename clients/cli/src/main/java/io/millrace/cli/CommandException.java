package io.millrace.cli;

import org.jspecify.annotations.Nullable;

/** A command can't do what was asked; the message says why and what to do. */
public final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandException(@Nullable String message) {
        super(message);
    }

    public CommandException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
