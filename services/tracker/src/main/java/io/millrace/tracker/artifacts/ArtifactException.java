package io.millrace.tracker.artifacts;

/** A path that is none, or that can't be what it is asked to be. The message is for whoever asked. */
public final class ArtifactException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ArtifactException(String message) {
        super(message);
    }
}
