package io.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingsTest {

    @Test
    void shouldReadWhatTheDriverSays() {
        assertThat(NvidiaSmi.parse(
                        "0, NVIDIA A100-SXM4-80GB, 37, 1024, 81920, 71.34\n1, Tesla V100, 0, 0, 16160, 24.1\n"))
                .containsExactly(
                        new NvidiaSmi.Gpu(0, "A100-SXM4-80GB", new NvidiaSmi.Readings(0.37f, 1024, 81920, 71.34f)),
                        new NvidiaSmi.Gpu(1, "Tesla-V100", new NvidiaSmi.Readings(0f, 0, 16160, 24.1f)));
    }

    @Test
    void shouldNotMakeUpWhatTheDriverDoesNotSay() {
        assertThat(NvidiaSmi.parse("0, NVIDIA A100, [N/A], 1024, 81920, 71.34\n"))
                .containsExactly(new NvidiaSmi.Gpu(0, "A100", null));
        assertThat(NvidiaSmi.parse("NVIDIA-SMI has failed\n")).isEqualTo(List.of());
    }

    @Test
    void shouldReadAProcessWhateverItIsCalled() {
        assertThat(
                        Machine.parse(
                                "42 (a ) b) S 1 40 39 0 -1 4194560 10 0 0 0 7 5 3 1 20 0 1 0 1234 10000 50 18446744073709551615"))
                .hasValue(new Machine.Seen(42, 1, 40, 39, 1234, 160, 50 * 4096L));
        assertThat(Machine.parse("42 (gone) Z 1 40 39 0 -1 0 0 0 0 0 7 5 3 1 20 0 1 0 1234 0 0"))
                .isEmpty();
        assertThat(Machine.process(ProcessHandle.current().pid()))
                .hasValueSatisfying(seen -> assertThat(seen.memoryBytes()).isPositive());
    }

    @ParameterizedTest
    @CsvSource({"abc, 3", "ab\u00e9, 4", "ab\u20ac, 5", "\ud83d\ude80, 4"})
    void shouldCutOutputBetweenCharacters(String text, int whole) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(OutputTail.wholeCharacters(bytes)).isEqualTo(whole);
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
        int left = OutputTail.wholeCharacters(cut);
        assertThat(text).startsWith(new String(cut, 0, left, StandardCharsets.UTF_8));
    }
}
