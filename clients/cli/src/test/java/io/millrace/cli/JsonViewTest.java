package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class JsonViewTest {

    private static String view(String json) {
        try {
            return JsonView.text(new JsonMapper().readTree(json.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void shouldPrintAListOfObjectsAsATable() {
        assertThat(view("[{'job':'a','gpus':8},{'job':'b','gpus':16,'reasons':['NO_GPUS','LIMIT']}]"))
                .isEqualTo("""
                        job  gpus  reasons
                        a       8  -
                        b      16  NO_GPUS, LIMIT
                        """);
    }

    @Test
    void shouldPrintAnObjectAsLines() {
        assertThat(
                        view(
                                "{'job':'a','state':'QUEUED','end':null,'tags':{'x':'1'},'reasons':[{'code':'NO_GPUS','n':2}]}"))
                .isEqualTo("""
                        job    a
                        state  QUEUED
                        end    -
                        tags
                          x  1
                        reasons
                          code     n
                          NO_GPUS  2
                        """);
    }

    @Test
    void shouldSayThatAListIsEmpty() {
        assertThat(view("[]")).isEqualTo("(none)\n");
        assertThat(view("{'jobs':[],'tags':{}}")).isEqualTo("""
                jobs  -
                tags  -
                """);
    }

    @Test
    void shouldPrintALoneValue() {
        assertThat(view("'x'")).isEqualTo("x\n");
        assertThat(view("[1,2]")).isEqualTo("1, 2\n");
    }
}
