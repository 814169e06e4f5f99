package io.millrace.monitor.domain.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.monitor.domain.drift.FeatureDrift.Outcome;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureSketchTest {

    @Test
    void shouldCountAlikeInWhateverOrderAndParts() {
        SeededRandom random = SeededRandom.of("FeatureSketchTest");
        FeatureReference.Numeric reference =
                FeatureReference.numeric("x", random.doubles(3000).toArray(), 0);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            values.add(random.onceIn(50) ? (Object) "text" : (Object) (random.nextDouble() * 1.2 - 0.1));
        }
        FeatureSketch whole = new FeatureSketch(reference);
        values.forEach(value -> whole.add(reference, value));
        whole.add(reference, null);
        whole.add(reference, Double.NaN);
        Collections.shuffle(values, random);
        FeatureSketch left = new FeatureSketch(reference);
        FeatureSketch right = new FeatureSketch(reference);
        values.forEach(value -> (random.nextBoolean() ? left : right).add(reference, value));
        left.add(reference, Double.NaN);
        right.add(reference, null);
        right.merge(left);
        assertThat(right).usingRecursiveComparison().isEqualTo(whole);
        assertThat(whole.missing()).isEqualTo(2);
        assertThat(whole.size() + whole.mistyped()).isEqualTo(5000);
        assertThat(whole.outOfRange()).isPositive();
    }

    @Test
    void shouldTakeConstantMemory() {
        SeededRandom random = SeededRandom.of("FeatureSketchTest");
        double[] sample = new double[20_000];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = random.onceIn(2) ? random.nextInt(40) : random.nextGaussian();
        }
        FeatureReference.Numeric reference = FeatureReference.numeric("x", sample, 0);
        assertThat(reference.bins()).isLessThanOrEqualTo(Bins.MOST_EDGES + 1);
        assertThat(8 * (Bins.MOST_EDGES + 1)).isLessThan(1200);
    }

    @Test
    void shouldSeeThatAConstantFeatureMoves() {
        double[] constant = new double[5000];
        Arrays.fill(constant, 0.003467);
        FeatureReference.Numeric reference = FeatureReference.numeric("vicprice", constant, 0);
        FeatureSketch same = new FeatureSketch(reference);
        FeatureSketch moved = new FeatureSketch(reference);
        for (int i = 0; i < 1000; i++) {
            same.add(reference, 0.003467);
            moved.add(reference, 0.003 + i * 1e-6);
        }
        assertThat(judged(reference, same)).isEqualTo(Outcome.STABLE);
        assertThat(judged(reference, moved)).isEqualTo(Outcome.DRIFTED);
        assertThat(Psi.value(
                        reference.intervals().grouped(reference.counts()),
                        reference.intervals().grouped(moved.counts())))
                .isGreaterThan(5);
    }

    @Test
    void shouldSayNothingOfTooFewValues() {
        FeatureReference.Categorical reference = FeatureReference.categorical("c", Collections.nCopies(1000, "a"), 0);
        FeatureSketch sketch = new FeatureSketch(reference);
        for (int i = 0; i < 99; i++) {
            sketch.add(reference, "b");
        }
        assertThat(judged(reference, sketch)).isEqualTo(Outcome.INCONCLUSIVE);
        sketch.add(reference, "b");
        assertThat(judged(reference, sketch)).isEqualTo(Outcome.DRIFTED);
        assertThat(sketch.unseen()).isEqualTo(100);
    }

    @Test
    void shouldTakeAnEdgeToTheIntervalBelowIt() {
        Bins bins = new Bins(new double[] {0, 1}, new int[] {0, 0, 1});
        assertThat(List.of(bins.index(-5), bins.index(0), bins.index(0.5), bins.index(1), bins.index(1.1)))
                .containsExactly(0, 0, 1, 1, 2);
        assertThat(bins.grouped(new long[] {1, 2, 4})).containsExactly(3, 4);
    }

    private static Outcome judged(FeatureReference reference, FeatureSketch sketch) {
        return DriftReport.of(List.of(new DriftReport.Seen(reference, sketch)), DriftPolicy.DEFAULT, 1)
                .outcome();
    }
}
