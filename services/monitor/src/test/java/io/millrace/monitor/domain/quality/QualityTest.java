package io.millrace.monitor.domain.quality;

import static io.millrace.monitor.Fixtures.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.monitor.Fixtures;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class QualityTest {

    private static final JsonNode TRUTH = Fixtures.statistics().get("truth");

    @Test
    void shouldEqualScikitLearnOnTwoClasses() {
        double[] scores = Fixtures.doubles(TRUTH.get("scores"));
        long[] actual = Fixtures.longs(TRUTH.get("actual"));
        Truth truth = new Truth();
        for (int i = 0; i < scores.length; i++) {
            truth.addClass(scores[i] >= 0.5 ? "1" : "0", Long.toString(actual[i]));
            truth.addScore(scores[i], actual[i] == 1);
        }
        JsonNode said = TRUTH.get("binary");
        assertThat(truth.accuracy()).isCloseTo(said.get("accuracy").asDouble(), within(NEAR));
        assertThat(truth.precision("1")).isCloseTo(said.get("precision").asDouble(), within(NEAR));
        assertThat(truth.recall("1")).isCloseTo(said.get("recall").asDouble(), within(NEAR));
        assertThat(truth.f1("1")).isCloseTo(said.get("f1").asDouble(), within(NEAR));
        // Scores have three digits, so that each is an interval of its own and AUC is exact.
        assertThat(truth.auc()).isCloseTo(said.get("auc").asDouble(), within(NEAR));
        assertThat(truth.aucBound()).isLessThan(0.001);
        assertThat(truth.brier()).isCloseTo(said.get("brier").asDouble(), within(1.0 / Truth.SCORE_BINS));
        assertThat(truth.calibrationError()).isBetween(0.0, 0.1);
    }

    @Test
    void shouldEqualScikitLearnOnSeveralClasses() {
        List<String> actual = Fixtures.texts(TRUTH.get("true"));
        List<String> answered = Fixtures.texts(TRUTH.get("guess"));
        Truth truth = new Truth();
        for (int i = 0; i < actual.size(); i++) {
            truth.addClass(answered.get(i), actual.get(i));
        }
        JsonNode said = TRUTH.get("many");
        assertThat(truth.accuracy()).isCloseTo(said.get("accuracy").asDouble(), within(NEAR));
        assertThat(truth.macro(truth::precision))
                .isCloseTo(said.get("precision").asDouble(), within(NEAR));
        assertThat(truth.macro(truth::recall)).isCloseTo(said.get("recall").asDouble(), within(NEAR));
        assertThat(truth.macro(truth::f1)).isCloseTo(said.get("f1").asDouble(), within(NEAR));
    }

    @Test
    void shouldEqualScikitLearnOnNumbers() {
        double[] actual = Fixtures.doubles(TRUTH.get("values"));
        double[] answered = Fixtures.doubles(TRUTH.get("estimates"));
        Truth truth = new Truth();
        for (int i = 0; i < actual.length; i++) {
            truth.addNumber(answered[i], actual[i]);
        }
        JsonNode said = TRUTH.get("regression");
        assertThat(truth.meanAbsoluteError()).isCloseTo(said.get("mae").asDouble(), within(NEAR));
        assertThat(truth.rootMeanSquaredError()).isCloseTo(said.get("rmse").asDouble(), within(NEAR));
    }

    @Test
    void shouldKnowQuantilesWithinTheStatedError() {
        SeededRandom random = SeededRandom.of("QualityTest");
        double[] values = random.doubles(20_000).map(u -> Math.exp(12 * u - 3)).toArray();
        LogSketch whole = new LogSketch();
        LogSketch[] parts = {new LogSketch(), new LogSketch(), new LogSketch()};
        for (double value : values) {
            whole.add(value);
            parts[random.nextInt(3)].add(value);
        }
        LogSketch merged = new LogSketch();
        for (int i : new int[] {2, 0, 1}) {
            merged.merge(parts[i]);
        }
        assertThat(merged).isEqualTo(whole);
        Arrays.sort(values);
        for (double share : new double[] {0, 0.01, 0.5, 0.95, 0.99, 1}) {
            double exact = values[Math.max(0, (int) Math.ceil(share * values.length) - 1)];
            assertThat(whole.quantile(share)).isCloseTo(exact, within(exact * LogSketch.ERROR * 1.0001));
        }
        assertThat(LogSketch.MOST_BUCKETS).isLessThan(1400);
    }

    @Test
    void shouldCountAServiceWindowAlikeInWhateverOrder() {
        SeededRandom random = SeededRandom.of("QualityTest");
        ServiceWindow whole = new ServiceWindow();
        ServiceWindow left = new ServiceWindow();
        ServiceWindow right = new ServiceWindow();
        for (int i = 0; i < 5000; i++) {
            ServiceWindow.Answer answer = new ServiceWindow.Answer(
                    random.onceIn(10),
                    random.onceIn(7) ? null : random.nextDouble() * 100,
                    random.nextDouble(),
                    random.nextDouble() * 1.1,
                    "class-" + random.nextInt(40));
            whole.add(answer, false);
            (random.nextBoolean() ? left : right).add(answer, false);
        }
        right.merge(left);
        assertThat(right.requests()).isEqualTo(5000);
        assertThat(right.errors()).isEqualTo(whole.errors());
        assertThat(right.latency()).isEqualTo(whole.latency());
        assertThat(right.confidence().counts()).isEqualTo(whole.confidence().counts());
        assertThat(right.scores().counts()).isEqualTo(whole.scores().counts());
        assertThat(right.classes()).isEqualTo(whole.classes());
    }

    @Test
    void shouldTellTheSamePairsOfClassesApartInWhateverOrder() {
        SeededRandom random = SeededRandom.of("QualityTest");
        List<Truth.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            pairs.add(new Truth.Pair("class-" + random.nextInt(40), "class-" + random.nextInt(40)));
        }
        Truth forwards = new Truth();
        pairs.forEach(pair -> forwards.addClass(pair.answered(), pair.actual()));
        Truth backwards = new Truth();
        pairs.reversed().forEach(pair -> backwards.addClass(pair.answered(), pair.actual()));
        assertThat(forwards.confusion()).hasSize(Truth.MOST_PAIRS + 2).isEqualTo(backwards.confusion());
        assertThat(forwards.classified()).isEqualTo(3000);
        double right = pairs.stream()
                .filter(pair -> pair.answered().equals(pair.actual()))
                .count();
        assertThat(forwards.accuracy()).isEqualTo(right / 3000);
    }
}
