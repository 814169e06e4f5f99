package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueTextTest {

    private final ArrayNode rows = new JsonMapper().createArrayNode();

    private ObjectNode row(String job, @Nullable String array, int gpus) {
        return rows.addObject()
                .put("position", rows.size())
                .put("job_id", job)
                .put("array_id", array)
                .put("pool", "default")
                .put("team", "vision")
                .put("user", "ada")
                .put("gpus", gpus)
                .put("wait_s", 10 - rows.size());
    }

    @Test
    void shouldShowManyJobsOfAnArrayInOneLine() {
        row("train", null, 8);
        for (int index : new int[] {0, 1, 2, 4, 10, 11}) {
            row("sweep-" + index, "sweep", 1).putArray("reasons").add("INSUFFICIENT_GPUS");
        }
        row("sweep-12", "sweep", 1).putArray("reasons").add("NODE_DOWN");
        row("other-0", "other", 1);
        row("other-1", "other", 1);
        assertThat(QueueText.of(rows, false)).isEqualTo("""
                position  job                  pool     team    user  gpus  waited  priority  promised start  reasons
                1         train                default  vision  ada      8  9s             -               -  -
                2-7       sweep-[0-2,4,10-11]  default  vision  ada      1  8s             -               -  INSUFFICIENT_GPUS
                8         sweep-12             default  vision  ada      1  2s             -               -  NODE_DOWN
                9         other-0              default  vision  ada      1  1s             -               -  -
                10        other-1              default  vision  ada      1  0s             -               -  -
                """);
        assertThat(QueueText.of(rows, true).lines()).hasSize(11);
    }

    @Test
    void shouldSayThatNothingWaits() {
        assertThat(QueueText.of(rows, false)).isEqualTo("no job waits\n");
    }
}
