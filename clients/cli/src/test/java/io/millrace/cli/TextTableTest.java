package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void shouldSetNumbersToTheRight() {
        TextTable table = new TextTable(List.of("job", "gpus", "state"));
        table.row(List.of("a", "8", "queued"));
        table.row(List.of("job-17", "128", "running"));
        table.row(List.of("b", "-", ""));
        assertThat(table.text()).isEqualTo("""
                job     gpus  state
                a          8  queued
                job-17   128  running
                b          -
                """);
    }

    @Test
    void shouldPrintItsHeadsWithoutRows() {
        assertThat(new TextTable(List.of("a", "b")).text()).isEqualTo("a  b\n");
    }

    @Test
    void shouldRefuseARowThatDoesNotFit() {
        assertThatThrownBy(() -> new TextTable(List.of("a", "b")).row(List.of("1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 cells for 2 columns");
    }
}
