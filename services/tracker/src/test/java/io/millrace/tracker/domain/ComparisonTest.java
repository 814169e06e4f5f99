package io.millrace.tracker.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.tracker.domain.Comparison.Group;
import io.millrace.tracker.domain.Comparison.Side;
import io.millrace.tracker.domain.Comparison.Spread;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final List<Side> RUNS = List.of(
            new Side("a", Map.of("model", "cnn", "lr", "0.1", "seed", "1"), Map.of("acc", 0.5, "nan", Double.NaN)),
            new Side("b", Map.of("model", "cnn", "lr", "0.1", "seed", "2"), Map.of("acc", 0.9)),
            new Side("c", Map.of("model", "cnn", "lr", "0.2"), Map.of("acc", 0.7, "nan", Double.POSITIVE_INFINITY)));

    @Test
    void shouldSayWhatIsTheSameAndWhatDiffers() {
        Comparison compared = Comparison.of(RUNS);
        assertThat(compared.sameParams()).isEqualTo(Map.of("model", "cnn"));
        assertThat(compared.differingParams()).containsExactly("lr", "seed");
    }

    @Test
    void shouldSayHowMetricsSpread() {
        Map<String, Spread> metrics = Comparison.of(RUNS).metrics();
        assertThat(metrics).containsOnlyKeys("acc");
        Spread spread = Objects.requireNonNull(metrics.get("acc"));
        assertThat(spread.runs()).isEqualTo(3);
        assertThat(spread.mean()).isCloseTo(0.7, within(1e-12));
        assertThat(spread.deviation()).isCloseTo(0.2, within(1e-12));
        assertThat(List.of(spread.min(), spread.max())).containsExactly(0.5, 0.9);
        assertThat(List.of(spread.smallest(), spread.largest())).containsExactly("a", "b");
    }

    @Test
    void shouldGroupRunsThatDifferInTheirSeedsOnly() {
        List<Group> groups = Comparison.groups(RUNS, List.of("model", "lr"), "acc");
        assertThat(groups).extracting(Group::runIds).containsExactly(List.of("a", "b"), List.of("c"));
        assertThat(groups).extracting(Group::params).contains(Map.of("model", "cnn", "lr", "0.2"));
        assertThat(Objects.requireNonNull(groups.getLast().metric()).deviation())
                .isZero();
        assertThat(Comparison.groups(RUNS, List.of("lr"), "none")).allMatch(group -> group.metric() == null);
    }
}
