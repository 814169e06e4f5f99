package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdentifiersTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private static Identifiers at(Instant instant) {
        return new Identifiers(Clock.fixed(instant, ZoneOffset.UTC));
    }

    @Test
    void shouldMakeUuidsOfVersionSeven() {
        UUID id = UUID.fromString(at(NOW).event());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void shouldSortInTheOrderOfTheirMaking() {
        assertThat(at(NOW).event()).isLessThan(at(NOW.plusMillis(1)).event());
        assertThat(at(NOW).job()).isLessThan(at(NOW.plusMillis(1)).job());
    }

    @Test
    void shouldMakeJobIdsThatCanBeTyped() {
        assertThat(at(NOW).job()).matches("job-mjwaidke-[0-9a-z]{5}");
    }

    @Test
    void shouldStayInOrderWithinAMillisecond() {
        Identifiers identifiers = at(NOW);
        assertThat(Stream.generate(identifiers::event).limit(10_000)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldMakeRunIdsOfHexDigits() {
        assertThat(at(NOW).run()).matches("[0-9a-f]{32}");
    }
}
