package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicTest {

    @Test
    void shouldKeepRecordsAsLongAsDeclared() {
        assertThat(Topics.JOB_EVENTS.brokerConfig())
                .isEqualTo(Map.of("cleanup.policy", "delete", "retention.ms", "2592000000"));
        assertThat(Topics.POLICY_EVENTS.brokerConfig())
                .isEqualTo(Map.of("cleanup.policy", "delete", "retention.ms", "-1", "max.message.bytes", "8388608"));
        assertThat(Topics.PENDING_REASONS.brokerConfig())
                .isEqualTo(Map.of("cleanup.policy", "compact", "max.message.bytes", "8388608"));
    }

    @Test
    void shouldNameWhatBelongsToIt() {
        assertThat(Topics.JOB_EVENTS.subject()).isEqualTo("job-events-value");
        assertThat(Topics.JOB_EVENTS.deadLetterTopic()).isEqualTo("job-events.dlq");
        assertThat(Topics.JOB_EVENTS.schema().getFullName()).isEqualTo("io.millrace.events.job.JobEvent");
    }
}
