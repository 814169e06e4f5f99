package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    @Test
    void shouldReadThePartitionOfEachPool() {
        assertThat(Topics.poolPartitions("default=0")).isEqualTo(Map.of("default", 0));
        assertThat(Topics.poolPartitions("a=7, b=1 ,c=7")).isEqualTo(Map.of("a", 7, "b", 1, "c", 7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a", "a=", "=0", " =0", "a=0,", ",a=0", "a=0=1", "a=x", "a=-1", "a=8", "a=99999", "a=0,a=1",
                "a=0;b=1", "a=1.0"
            })
    void shouldSayHowPoolsAreWritten(String text) {
        assertThatThrownBy(() -> Topics.poolPartitions(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "pools must be NAME=PARTITION, separated by commas, each name once, partitions below 8, not '"
                                + text + "'");
    }
}
