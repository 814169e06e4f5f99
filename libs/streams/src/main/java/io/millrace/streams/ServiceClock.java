package io.millrace.streams;

import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a service's time comes from: {@code wall}, {@code scaled(N)} or {@code driven}. */
public sealed interface ServiceClock {

    /** Cluster ids of embedded brokers begin with this; played times are for those alone. */
    String EMBEDDED_CLUSTER = "millrace-embedded-";

    /** The machine's clock. */
    record Wall(InstantSource source) implements ServiceClock {}

    /** Time that began at {@code origin} and runs {@code factor} times as fast since. */
    record Scaled(int factor, Instant origin, InstantSource source) implements ServiceClock {}

    /** Time is what the topic {@code clock} says. */
    record Driven() implements ServiceClock {}

    Pattern SCALED = Pattern.compile("scaled\\((\\d{1,6})(?:\\s*,\\s*(\\S+))?\\)");

    /**
     * Reads {@code wall}, {@code driven}, {@code scaled(60)} or {@code scaled(60,2026-01-01T00:00:00Z)}. Without an
     * instant scaled time begins now; with one, a restarted service goes on where its time would be.
     *
     * @throws IllegalArgumentException for anything else
     */
    static ServiceClock parse(String text, InstantSource source) {
        String trimmed = text.trim();
        if (trimmed.equals("wall")) {
            return new Wall(source);
        }
        if (trimmed.equals("driven")) {
            return new Driven();
        }
        Matcher scaled = SCALED.matcher(trimmed);
        if (scaled.matches() && Integer.parseInt(scaled.group(1)) > 0) {
            try {
                Instant origin = scaled.group(2) == null ? source.instant() : Instant.parse(scaled.group(2));
                return new Scaled(Integer.parseInt(scaled.group(1)), origin, source);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("origin of clock '" + text + "' is no instant", e);
            }
        }
        throw new IllegalArgumentException(
                "clock must be wall, driven, scaled(N) or scaled(N,INSTANT) with N from 1 on, not '" + text + "'");
    }

    /** When something that occurred at {@code occurredAt} is seen now; ms. Played time is taken as it is told. */
    default long seenAt(long occurredAt) {
        return switch (this) {
            case Wall wall -> nowMs();
            case Scaled scaled -> nowMs();
            case Driven driven -> occurredAt;
        };
    }

    /** Whether the service makes its own ticks. */
    default boolean ticks() {
        return !(this instanceof Driven);
    }

    /**
     * Now, in ms since the epoch.
     *
     * @throws IllegalStateException for a driven clock: only its topic knows
     */
    default long nowMs() {
        return switch (this) {
            case Wall(InstantSource source) -> source.millis();
            case Scaled(int factor, Instant origin, InstantSource source) ->
                origin.toEpochMilli() + (source.millis() - origin.toEpochMilli()) * factor;
            case Driven driven -> throw new IllegalStateException("a driven clock has no now");
        };
    }

    /**
     * Whether a service may run on this clock against a broker.
     *
     * @throws IllegalStateException when it must not: played times would spoil a real log
     */
    default void requireFor(String clusterId) {
        if (!(this instanceof Wall) && !clusterId.startsWith(EMBEDDED_CLUSTER)) {
            throw new IllegalStateException("a clock other than wall is for the embedded broker alone; cluster "
                    + clusterId + " is not one. Set MILLRACE_CLOCK=wall.");
        }
    }
}
