package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class MonitorTextsTest {

    private static JsonNode json(String text) throws JsonProcessingException {
        return new JsonMapper().readTree(text);
    }

    @Test
    void shouldPrintWhatFires() throws JsonProcessingException {
        assertThat(AlertsCommand.text(json("[]"))).isEqualTo("Nothing fires.\n");
        assertThat(AlertsCommand.text(json("""
                [{"fingerprint": "0a1b", "severity": "P2", "state": "FIRING", "since": "2026-03-01T12:00:00Z",
                  "acknowledged_by": null, "summary": "digits/1 fails 0.2 of its requests"}]
                """))).isEqualTo("""
                alert  severity  state   since                 taken by  what
                0a1b   P2        FIRING  2026-03-01T12:00:00Z         -  digits/1 fails 0.2 of its requests
                """);
    }

    @Test
    void shouldPrintWhoIsTold() throws JsonProcessingException {
        assertThat(AlertsCommand.Tail.line(json("""
                {"at": "2026-03-01T12:00:30Z", "receiver": "on-call", "reason": "FIRST", "summaries": ["a", "b"]}
                """)))
                .isEqualTo("2026-03-01T12:00:30Z  on-call  FIRST\n    a\n    b\n");
    }

    @Test
    void shouldPrintHowModelsDo() throws JsonProcessingException {
        assertThat(DriftCommand.models(json("[]"))).isEqualTo("No window of predictions has closed yet.\n");
        assertThat(DriftCommand.models(json("""
                [{"model": "digits/1", "newest": "2026-03-01T12:01:00Z", "requests": 500, "error_rate": 0.2,
                  "latency_p95_ms": 23.8, "drift": "DRIFTED", "drifted": ["ink"], "accuracy": null}]
                """))).isEqualTo("""
                model     window until          requests  errors  p95 ms  drift         accuracy
                digits/1  2026-03-01T12:01:00Z       500  0.2000   23.80  DRIFTED: ink         -
                """);
    }

    @Test
    void shouldSayThatAReferenceIsMissing() throws JsonProcessingException {
        assertThat(DriftCommand.features(json("""
                {"model": "digits/1", "features": [], "windows": [{"window_start": "2026-03-01T12:00:00Z",
                  "reference_id": null, "outcome": "INCONCLUSIVE", "drifted": []}]}
                """))).isEqualTo("""
                digits/1, window from 2026-03-01T12:00:00Z: INCONCLUSIVE
                There is no reference to compare it with; --reference FILE sets one, --from and --to a past window.
                """);
    }
}
