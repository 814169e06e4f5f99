package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void shouldFindTheMiddle() {
        assertThat(Sample.of(List.of(5.0, 1.0, 2.0)).median()).isEqualTo(2);
        assertThat(Sample.of(List.of(4.0, 1.0, 2.0, 5.0)).median()).isEqualTo(3);
        assertThat(Sample.of(List.of(7.0)).median()).isEqualTo(7);
    }

    @Test
    void shouldGiveAMeasuredValueAsPercentile() {
        Sample sample = Sample.of(
                IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList());
        assertThat(sample.percentile(99)).isEqualTo(198);
        assertThat(sample.percentile(100)).isEqualTo(200).isEqualTo(sample.max());
        assertThat(sample.percentile(0)).isEqualTo(1).isEqualTo(sample.min());
        assertThat(Sample.of(List.of(3.0, 9.0)).percentile(99)).isEqualTo(9);
        assertThat(sample.mean()).isEqualTo(100.5);
        assertThat(sample.size()).isEqualTo(200);
    }

    @Test
    void shouldSayNothingOfNothing() {
        assertThatThrownBy(() -> Sample.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nothing was measured");
    }
}
