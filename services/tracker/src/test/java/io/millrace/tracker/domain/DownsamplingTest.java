package io.millrace.tracker.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class DownsamplingTest {

    private record Point(double x, double y) {}

    private static List<Point> few(List<Point> points, int most) {
        return Downsampling.of(points, Point::x, Point::y, most);
    }

    @Test
    void shouldKeepWhatIsFewAlready() {
        List<Point> points = List.of(new Point(0, 1), new Point(1, 2), new Point(2, 3));
        assertThat(few(points, 3)).isEqualTo(points);
        assertThat(few(List.of(), 3)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> few(points, 2));
    }

    @Test
    void shouldKeepTheEndsAndTheOrder() {
        SeededRandom random = SeededRandom.of("curves made thin");
        for (int round = 0; round < 300; round++) {
            List<Point> points = new ArrayList<>();
            int count = 4 + random.nextInt(500);
            for (int i = 0; i < count; i++) {
                points.add(new Point(i, random.nextGaussian() * 1e3));
            }
            int most = 3 + random.nextInt(count - 3);
            List<Point> thin = few(points, most);
            assertThat(thin).hasSize(most).startsWith(points.getFirst()).endsWith(points.getLast());
            assertThat(new HashSet<>(thin)).hasSize(most);
            assertThat(points).containsSubsequence(thin);
        }
    }

    @Test
    void shouldKeepAPeakAmongMany() {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            points.add(new Point(i, i == 4321 ? 100 : 0));
        }
        assertThat(few(points, 50)).contains(new Point(4321, 100));
    }
}
