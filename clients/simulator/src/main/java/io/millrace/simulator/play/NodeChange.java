package io.millrace.simulator.play;

/**
 * Something that happens to a node during a play.
 *
 * @param timeMs played time
 */
public record NodeChange(long timeMs, String nodeId, Kind kind) {

    /** What happens. */
    public enum Kind {
        /** It is back, with nothing running. */
        UP,
        /** It is seen to be gone, and everything on it. */
        DOWN,
        /** It takes no new work. */
        DRAIN,
        /** It says nothing any more, and nobody is told. */
        SILENT
    }
}
