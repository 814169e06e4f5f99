package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.log.LogAppended;
import org.junit.jupiter.api.Test;

class JobOutputTest {

    private final StringBuilder shown = new StringBuilder();
    private final JobOutput output = new JobOutput(shown::append);

    private void append(int attempt, int rank, long offset, String text, String prefix) {
        output.append("a", new LogAppended(attempt, "n", rank, offset, text), prefix);
    }

    @Test
    void shouldShowTextOfOneProcessAsItComes() {
        append(1, 0, 0, "epo", "");
        append(1, 0, 3, "ch 1\n", "");
        append(2, 0, 0, "epoch 2", "");
        output.finish();
        assertThat(shown).hasToString("epoch 1\nepoch 2");
    }

    @Test
    void shouldShowNothingTwice() {
        append(1, 0, 0, "abc", "");
        append(1, 0, 0, "abc", "");
        append(1, 0, 3, "déf", "");
        append(1, 0, 0, "abc", "");
        append(1, 0, 3, "déf", "");
        append(1, 0, 4, "éfg", ""); // cut otherwise after a restart of the agent
        assertThat(shown).hasToString("abcdéfg");
    }

    /** Replaced bytes are more than they were: what follows them must not be taken for known. */
    @Test
    void shouldShowWhatFollowsReplacedBytes() {
        append(1, 0, 0, "a\uFFFD", "");
        append(1, 0, 2, "bcd", "");
        assertThat(shown).hasToString("a\uFFFDbcd");
    }

    @Test
    void shouldSayWhoWroteEachLine() {
        append(1, 0, 0, "one\ntw", "[0] ");
        append(1, 1, 0, "other\n", "[1] ");
        append(1, 0, 6, "o\nthree", "[0] ");
        output.finish();
        assertThat(shown).hasToString("[0] one\n[1] other\n[0] two\n[0] three\n");
    }
}
