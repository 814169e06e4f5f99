package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {

    private final DurationText durations = new DurationText();

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "30m, PT30M", "4h, PT4H", "2d, PT48H", "1h30m, PT90M", "1d2h3m4s, PT26H3M4S", "007s, PT7S"
    })
    void shouldReadWhatPeopleWrite(String text, Duration length) {
        assertThat(durations.convert(text)).isEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "h", "4x", "-1h", "0s", "1m1h", "1.5h"})
    void shouldRefuseWhatIsNoLengthOfTime(String text) {
        assertThatThrownBy(() -> durations.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is no length of time; write 90s, 30m, 4h, 2d or 1h30m");
    }

    @Test
    void shouldNotOverflow() {
        assertThat(durations.convert("99999d").toMillis()).isEqualTo(99_999L * 86_400_000);
    }
}
