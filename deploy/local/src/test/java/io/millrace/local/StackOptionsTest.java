package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackOptionsTest {

    private final StackOptions usual = StackOptions.of(Path.of("/millrace"), Path.of("/data/new"));

    @Test
    void shouldHaveDefaults() {
        assertThat(usual)
                .isEqualTo(new StackOptions(
                        Path.of("/millrace"),
                        Path.of("/data/new"),
                        Ports.defaults(),
                        "wall",
                        Map.of("default", 0),
                        Path.of("/millrace/policies/default.yaml"),
                        null,
                        List.of("scheduler", "tracker", "monitor", "governance"),
                        null,
                        null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wall", "driven", "scaled(1)", "scaled(3600)"})
    void shouldTakeEveryClock(String clock) {
        assertThat(usual.withClock(clock).clock()).isEqualTo(clock);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Wall", "scaled", "scaled(0)", "scaled(-1)", "scaled(1.5)"})
    void shouldRefuseWhatIsNoClock(String clock) {
        assertThatThrownBy(() -> usual.withClock(clock))
                .hasMessage("the clock is wall, scaled(N) or driven, not '" + clock + "'");
    }

    @Test
    void shouldRefuseAServiceItDoesNotKnow() {
        assertThatThrownBy(() -> usual.withServices(List.of("oracle")))
                .hasMessage("there is no service named 'oracle'; the services are scheduler, tracker, monitor,"
                        + " governance");
    }

    @Test
    void shouldRefuseAPathThatCannotBePassedOn() {
        assertThatThrownBy(() -> StackOptions.of(Path.of("/m"), Path.of("/data;x")))
                .hasMessage("the path of the data folder may not hold '=' or ';': /data;x");
    }

    @Test
    void shouldDeleteByAgeOnlyOnTheWallClock() {
        assertThat(usual.keepsEverything()).isFalse();
        assertThat(usual.withClock("scaled(2)").keepsEverything()).isTrue();
        assertThat(usual.withClock("driven").keepsEverything()).isTrue();
    }
}
