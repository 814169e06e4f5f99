package io.millrace.governance.domain.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTest {

    private static final double Z = FairnessPolicy.DEFAULT.deviations();

    @Test
    void shouldTakeTheNormalDistributionsQuantile() {
        assertThat(Z).isCloseTo(1.959963984540054, within(1e-14));
        assertThat(FairnessPolicy.DEFAULT.deviations(10)).isCloseTo(2.807033768343811, within(1e-12));
    }

    /** As statsmodels' {@code proportion_confint(part, whole, method="wilson")} has it. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2552885, 0.3662096",
        "15, 148, 0.0623864, 0.1604872",
        "0, 20, 0, 0.1611252",
        "1, 29, 0.0061130, 0.1717552",
        "29, 29, 0.8830302, 1"
    })
    void shouldGiveWilsonsInterval(long part, long whole, double low, double high) {
        Interval interval = new Rate(part, whole).interval(Z);
        assertThat(interval.low()).isCloseTo(low, within(1e-6));
        assertThat(interval.high()).isCloseTo(high, within(1e-6));
    }

    @Test
    void shouldKnowNothingOfNobody() {
        assertThat(new Rate(0, 0).value()).isNaN();
        assertThat(new Rate(0, 0).interval(Z)).isEqualTo(new Interval(0, 1));
    }

    @Test
    void shouldRefuseMoreThanAll() {
        assertThatThrownBy(() -> new Rate(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rate(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Newcombe, Statistics in Medicine 17 (1998), table II: method 10 for 56/70 - 48/80 and 9/10 - 3/10. */
    @ParameterizedTest
    @CsvSource({"56, 70, 48, 80, 0.0524, 0.3339", "9, 10, 3, 10, 0.1705, 0.8090", "10, 10, 0, 20, 0.6791, 1.0000"})
    void shouldGiveNewcombesInterval(long one, long ofOne, long other, long ofOther, double low, double high) {
        Interval interval = Spread.difference(
                new Spread.Point(Group.of("g", "a"), new Rate(one, ofOne), 0),
                new Spread.Point(Group.of("g", "b"), new Rate(other, ofOther), 0),
                Z);
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }
}
