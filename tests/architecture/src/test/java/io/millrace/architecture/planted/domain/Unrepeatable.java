package io.millrace.architecture.planted.domain;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** One class for each way in which a decision may come out otherwise the next time. */
public final class Unrepeatable {

    private Unrepeatable() {}

    static final class AsksTheWallClock {
        long now() {
            return System.currentTimeMillis();
        }
    }

    static final class AsksTheMonotonicClock {
        long now() {
            return System.nanoTime();
        }
    }

    static final class AsksForTheInstant {
        Supplier<Instant> now() {
            return Instant::now;
        }
    }

    static final class AsksForTheDay {
        LocalDate today() {
            return LocalDate.now(ZoneOffset.UTC);
        }
    }

    record HoldsAClock(Clock clock) {}

    static final class DrawsAnId {
        UUID id() {
            return UUID.randomUUID();
        }
    }

    static final class DrawsANumber {
        double number() {
            return Math.random();
        }
    }

    static final class DrawsFromTheThread {
        int number() {
            return ThreadLocalRandom.current().nextInt();
        }
    }

    record HoldsRandomness(Random random) {}
}
