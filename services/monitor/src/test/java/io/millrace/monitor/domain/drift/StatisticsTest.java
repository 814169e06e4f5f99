package io.millrace.monitor.domain.drift;

import static io.millrace.monitor.Fixtures.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.monitor.Fixtures;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatisticsTest {

    private static final JsonNode FIXTURES = Fixtures.statistics();

    static Stream<JsonNode> numeric() {
        return StreamSupport.stream(FIXTURES.get("numeric").spliterator(), false);
    }

    static Stream<JsonNode> counted() {
        return StreamSupport.stream(FIXTURES.get("counted").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("numeric")
    void shouldEqualSciPyOnSamples(JsonNode pair) {
        double[] reference = Fixtures.doubles(pair.get("reference"));
        double[] window = Fixtures.doubles(pair.get("window"));
        double distance = KolmogorovSmirnov.distance(reference, window);
        assertThat(distance).isCloseTo(pair.get("ks").asDouble(), within(NEAR));
        assertThat(KolmogorovSmirnov.exactP(distance, reference.length, window.length))
                .isCloseTo(pair.get("ks_exact_p").asDouble(), within(NEAR));
        assertThat(KolmogorovSmirnov.limitingP(distance, reference.length, window.length))
                .isCloseTo(pair.get("ks_limiting_p").asDouble(), within(NEAR));
        assertThat(Wasserstein.distance(reference, window))
                .isCloseTo(pair.get("wasserstein").asDouble(), within(NEAR));
        assertThat(FeatureReference.numeric("x", reference, 0).deviation())
                .isCloseTo(pair.get("deviation").asDouble(), within(NEAR));
    }

    @ParameterizedTest
    @MethodSource("numeric")
    void shouldStayWithinTheStatedBoundsWhenSketched(JsonNode pair) {
        double[] sample = Fixtures.doubles(pair.get("window"));
        FeatureReference.Numeric reference = FeatureReference.numeric("x", Fixtures.doubles(pair.get("reference")), 0);
        FeatureSketch sketch = new FeatureSketch(reference);
        for (double value : sample) {
            sketch.add(reference, value);
        }
        DriftReport report =
                DriftReport.of(java.util.List.of(new DriftReport.Seen(reference, sketch)), DriftPolicy.DEFAULT, 1);
        FeatureDrift drift = report.features().get(0);
        for (FeatureDrift.Statistic statistic : drift.statistics()) {
            switch (statistic.method()) {
                case KOLMOGOROV_SMIRNOV ->
                    assertThat(pair.get("ks").asDouble() - statistic.value()).isBetween(-1e-12, statistic.bound());
                case WASSERSTEIN ->
                    assertThat(statistic.value())
                            .isCloseTo(
                                    pair.get("wasserstein").asDouble() / reference.deviation(),
                                    within(statistic.bound()));
                case PSI, CHI_SQUARED, JENSEN_SHANNON ->
                    assertThat(statistic.bound()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("counted")
    void shouldEqualEvidentlyAndSciPyOnCounts(JsonNode pair) {
        long[] reference = Fixtures.longs(pair.get("reference"));
        long[] window = Fixtures.longs(pair.get("window"));
        assertThat(Psi.value(reference, window)).isCloseTo(pair.get("psi").asDouble(), within(NEAR));
        for (JensenShannon.Variant variant : JensenShannon.Variant.values()) {
            String name = "js_" + variant.name().toLowerCase(java.util.Locale.ROOT);
            assertThat(JensenShannon.value(reference, window, variant))
                    .as(name)
                    .isCloseTo(pair.get(name).asDouble(), within(NEAR));
        }
        ChiSquared.Result chi = ChiSquared.test(reference, window);
        assertThat(chi.value()).isCloseTo(pair.get("chi_squared").asDouble(), within(NEAR));
        assertThat(chi.degrees()).isEqualTo(pair.get("chi_squared_degrees").asInt());
        assertThat(chi.pValue()).isCloseTo(pair.get("chi_squared_p").asDouble(), within(NEAR));
        Psi.Result psi = Psi.test(reference, window, 0.01, 7);
        if (psi.calibration() == Psi.Calibration.CHI_SQUARED) {
            assertThat(psi.pValue()).isCloseTo(pair.get("psi_null_p").asDouble(), within(NEAR));
        }
    }

    @Test
    void shouldCorrectForManyFeaturesAsSciPyDoes() {
        assertThat(BenjaminiHochberg.adjusted(Fixtures.doubles(FIXTURES.get("p_values"))))
                .containsExactly(Fixtures.doubles(FIXTURES.get("adjusted")), within(NEAR));
    }
}
