package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ArrayTextTest {

    private static List<Integer> indices(String text) {
        return new ArrayText().convert(text).all();
    }

    @Test
    void shouldReadIndices() {
        assertThat(indices("0-9"))
                .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
        assertThat(indices("7")).containsExactly(7);
        assertThat(indices(" 8, 0-2,1 ")).containsExactly(0, 1, 2, 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "3-", "-3", "5-2", "1,,2", "0-9:2", "1.5"})
    void shouldSayHowIndicesAreWritten(String text) {
        assertThatThrownBy(() -> indices(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' says no indices; write 0-9, or 3,7 or 0-4,8");
    }

    @Test
    void shouldRefuseAnArrayThatIsTooLarge() {
        assertThat(indices("0-9999")).hasSize(10_000);
        assertThatThrownBy(() -> indices("0-10000")).hasMessage("an array has at most 10000 jobs, '0-10000' has more");
    }
}
