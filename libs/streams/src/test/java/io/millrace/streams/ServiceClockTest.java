package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.ServiceClock.Driven;
import io.millrace.streams.ServiceClock.Scaled;
import io.millrace.streams.ServiceClock.Wall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceClockTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final InstantSource source = InstantSource.fixed(NOW);

    @Test
    void shouldReadEveryForm() {
        assertThat(ServiceClock.parse("wall", source)).isEqualTo(new Wall(source));
        assertThat(ServiceClock.parse(" driven ", source)).isEqualTo(new Driven());
        assertThat(ServiceClock.parse("scaled(60)", source)).isEqualTo(new Scaled(60, NOW, source));
        assertThat(ServiceClock.parse("scaled(60,2026-01-01T00:00:00Z)", source))
                .isEqualTo(new Scaled(60, ORIGIN, source));
        assertThat(ServiceClock.parse("scaled(999999, 2026-01-01T00:00:00Z)", source))
                .isEqualTo(new Scaled(999_999, ORIGIN, source));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Wall", "scaled", "scaled()", "scaled(0)", "scaled(-1)", "scaled(1.5)", "scaled(1000000)"})
    void shouldSayWhatAClockMayBe(String text) {
        assertThatThrownBy(() -> ServiceClock.parse(text, source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clock must be wall, driven, scaled(N) or scaled(N,INSTANT) with N from 1 on, not '" + text
                        + "'");
    }

    @Test
    void shouldSayThatAnOriginIsNoInstant() {
        assertThatThrownBy(() -> ServiceClock.parse("scaled(60,yesterday)", source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("origin of clock 'scaled(60,yesterday)' is no instant");
    }

    @Test
    void shouldRunAsFastAsItIsToldFromItsOrigin() {
        Instant later = ORIGIN.plusSeconds(90);
        assertThat(new Scaled(60, ORIGIN, InstantSource.fixed(later)).nowMs())
                .isEqualTo(ORIGIN.plus(Duration.ofMinutes(90)).toEpochMilli());
        assertThat(new Scaled(1, ORIGIN, source).nowMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(new Wall(source).nowMs()).isEqualTo(NOW.toEpochMilli());
        assertThatThrownBy(() -> new Driven().nowMs()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSeeEventsWhenTheyComeUnlessTimeIsPlayed() {
        assertThat(new Wall(source).seenAt(5)).isEqualTo(NOW.toEpochMilli());
        assertThat(new Scaled(1, NOW, source).seenAt(5)).isEqualTo(NOW.toEpochMilli());
        assertThat(new Driven().seenAt(5)).isEqualTo(5);
    }

    @Test
    void shouldTickUnlessTimeIsPlayed() {
        assertThat(new Wall(source).ticks()).isTrue();
        assertThat(new Scaled(2, NOW, source).ticks()).isTrue();
        assertThat(new Driven().ticks()).isFalse();
    }

    @Test
    void shouldKeepPlayedTimesFromRealClusters() {
        assertThatCode(() -> new Wall(source).requireFor("production")).doesNotThrowAnyException();
        assertThatCode(() -> new Driven().requireFor("millrace-embedded-1")).doesNotThrowAnyException();
        for (ServiceClock clock : new ServiceClock[] {new Driven(), new Scaled(2, NOW, source)}) {
            assertThatThrownBy(() -> clock.requireFor("production"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a clock other than wall is for the embedded broker alone; cluster production is not "
                            + "one. Set MILLRACE_CLOCK=wall.");
        }
    }
}
