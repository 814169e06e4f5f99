package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulator.play.PlayProgress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final long SECOND = 1_000_000_000L;

    private final StringWriter text = new StringWriter();
    private final AtomicLong clock = new AtomicLong(7 * SECOND);

    @Test
    void shouldShowALineEveryFiveSecondsWhereThereIsNoTerminal() {
        ProgressLine line = line(false);
        line.accept(progress(10, false));
        clock.addAndGet(4 * SECOND);
        line.accept(progress(20, false));
        clock.addAndGet(SECOND);
        line.accept(progress(60, true));
        line.end();

        assertThat(text.toString()).isEqualToNormalizingNewlines("""
                          day 12 07:05  submitted 9 of 538  running 3  waiting 2  ended 4  0 cycles/s
                          day 12 07:05  submitted 9 of 538  running 3  waiting 2  ended 4  10 cycles/s  waiting for the scheduler
                        """);
    }

    @Test
    void shouldChangeOneLineOfATerminalEverySecond() {
        ProgressLine line = line(true);
        line.accept(progress(10, false));
        clock.addAndGet(SECOND);
        line.accept(progress(12, false));
        line.end();

        assertThat(text.toString())
                .isEqualToNormalizingNewlines(
                        "\r\u001b[K  day 12 07:05  submitted 9 of 538  running 3  waiting 2  ended 4"
                                + "  0 cycles/s\r\u001b[K  day 12 07:05  submitted 9 of 538  running 3  waiting 2  ended 4"
                                + "  2 cycles/s\n");
    }

    private ProgressLine line(boolean terminal) {
        return new ProgressLine(new PrintWriter(text), terminal, clock::get);
    }

    private static PlayProgress progress(long cycles, boolean silent) {
        long now = 12 * 86_400_000L + 7 * 3_600_000L + 5 * 60_000L + 59_000L;
        return new PlayProgress(now, 538, 9, 3, 2, 4, cycles, silent);
    }
}
