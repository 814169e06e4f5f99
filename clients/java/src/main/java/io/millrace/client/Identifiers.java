package io.millrace.client;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Ids that a client gives: unique, and in the order of their making when sorted. Thread safe. */
public final class Identifiers {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int JOB_SUFFIX_VALUES = 36 * 36 * 36 * 36 * 36;
    private static final int COUNTER_BITS = 12;

    private final Clock clock;
    private final AtomicLong last = new AtomicLong();

    public Identifiers(Clock clock) {
        this.clock = clock;
    }

    /** A UUID of version 7: milliseconds first, then a counter within them. */
    public String event() {
        long now = clock.millis() << COUNTER_BITS;
        long next = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (next >>> COUNTER_BITS << 16) | 0x7000L | (next & ((1 << COUNTER_BITS) - 1));
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** Short enough to be typed. */
    public String job() {
        String suffix = Integer.toString(RANDOM.nextInt(JOB_SUFFIX_VALUES), 36);
        return "job-" + Long.toString(clock.millis(), 36) + "-" + "0".repeat(5 - suffix.length())
                + suffix.toLowerCase(Locale.ROOT);
    }

    /** An id for a run: 32 hex digits. */
    public String run() {
        return event().replace("-", "");
    }
}
