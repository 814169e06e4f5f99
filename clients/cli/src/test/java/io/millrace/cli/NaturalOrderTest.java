package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {

    @Test
    void shouldSortAsPeopleDo() {
        List<String> sorted =
                List.of("a", "a-1", "a-01b", "a-2", "a-10", "a-10-1", "a-99999999999999999999", "b", "b2");
        assertThat(Stream.of("b2", "a-10", "a-99999999999999999999", "b", "a-2", "a-10-1", "a", "a-01b", "a-1")
                        .sorted(NaturalOrder.INSTANCE))
                .containsExactlyElementsOf(sorted);
        assertThat(NaturalOrder.INSTANCE.compare("a-1", "a-1")).isZero();
        assertThat(NaturalOrder.INSTANCE.compare("a-01", "a-1")).isNegative();
    }
}
