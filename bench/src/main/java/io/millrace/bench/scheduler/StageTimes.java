package io.millrace.bench.scheduler;

import java.util.EnumMap;
import java.util.Map;

/** Where the time of a cycle goes. Off, it costs next to nothing; on, a few dozen nanoseconds for each thing timed. */
final class StageTimes {

    /** Parts of a cycle. */
    enum Stage {
        /** Reading the tick, and applying it. */
        INPUT,
        /** Priorities, order, backfill, decisions, reasons. */
        DECIDE,
        /** Applying what was decided, indexes included. */
        EVOLVE,
        /** Encoding the entities that changed. */
        ENCODE_STATE,
        /** Encoding and digesting decisions, reasons and the cycle's record. */
        PUBLISH
    }

    private final long[] nanos = new long[Stage.values().length];
    private boolean on;

    void turnOn() {
        on = true;
    }

    /** To be given to {@link #took}. */
    long begin() {
        return on ? System.nanoTime() : 0;
    }

    void took(Stage stage, long begun) {
        if (on) {
            nanos[stage.ordinal()] += System.nanoTime() - begun;
        }
    }

    /** Nanoseconds since the last call. */
    Map<Stage, Long> take() {
        Map<Stage, Long> taken = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            taken.put(stage, nanos[stage.ordinal()]);
            nanos[stage.ordinal()] = 0;
        }
        return taken;
    }
}
