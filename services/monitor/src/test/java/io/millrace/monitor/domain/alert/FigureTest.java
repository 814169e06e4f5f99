package io.millrace.monitor.domain.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.monitor.domain.alert.AlertRule.Comparison;
import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void shouldKnowBetweenWhatAShareLies() {
        Figure figure = Figure.share(0.8, 600);
        assertThat(figure.low()).isCloseTo(0.746738, within(1e-6)); // Wilson's interval, z = 3
        assertThat(figure.high()).isCloseTo(0.844395, within(1e-6));
    }

    @Test
    void shouldBeSureOnlyBeyondChance() {
        assertThat(Comparison.BELOW.holds(Figure.share(0.80, 600), 0.85)).isTrue();
        assertThat(Comparison.BELOW.holds(Figure.share(0.83, 600), 0.85)).isNull();
        assertThat(Comparison.BELOW.holds(Figure.share(0.87, 600), 0.85)).isNull();
        assertThat(Comparison.BELOW.holds(Figure.share(0.92, 600), 0.85)).isFalse();
        assertThat(Comparison.ABOVE.holds(Figure.share(0.92, 600), 0.85)).isTrue();
        assertThat(Comparison.BELOW.holds(Figure.share(0, 29), 0.85)).isNull();
        assertThat(Comparison.ABOVE.holds(Figure.exact(0.85), 0.85)).isFalse();
    }
}
