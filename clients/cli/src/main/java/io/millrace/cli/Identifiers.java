package io.millrace.cli;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;

/** Ids that a client gives: unique, and in the order of their making when sorted. */
public final class Identifiers {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int JOB_SUFFIX_VALUES = 36 * 36 * 36 * 36 * 36;

    private final Clock clock;

    public Identifiers(Clock clock) {
        this.clock = clock;
    }

    /** A UUID of version 7: milliseconds first. */
    public String event() {
        long high = (clock.millis() << 16) | 0x7000L | RANDOM.nextInt(1 << 12);
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** Short enough to be typed. */
    public String job() {
        String suffix = Integer.toString(RANDOM.nextInt(JOB_SUFFIX_VALUES), 36);
        return "job-" + Long.toString(clock.millis(), 36) + "-" + "0".repeat(5 - suffix.length())
                + suffix.toLowerCase(Locale.ROOT);
    }
}
