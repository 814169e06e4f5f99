package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PatientSchemasTest {

    private static final Schema SCHEMA = Topics.JOB_EVENTS.schema();

    /** Fails a number of times, then answers or throws. */
    private static final class Reluctant implements SchemaLookup {
        private int failures;
        private final @Nullable RuntimeException at;
        private int calls;

        Reluctant(int failures, @Nullable RuntimeException at) {
            this.failures = failures;
            this.at = at;
        }

        private <T> T answer(T answer) {
            calls++;
            if (failures-- > 0) {
                throw new RegistryUnavailableException("no answer");
            }
            if (at != null) {
                throw at;
            }
            return answer;
        }

        @Override
        public Schema byId(int id) {
            return answer(SCHEMA);
        }

        @Override
        public int idOf(String subject, Schema schema) {
            return answer(7);
        }
    }

    @Test
    void shouldWaitForAnAnswer() {
        Reluctant reluctant = new Reluctant(2, null);
        PatientSchemas schemas = new PatientSchemas(reluctant, Duration.ofMinutes(1));
        assertThat(schemas.byId(1)).isEqualTo(SCHEMA);
        assertThat(reluctant.calls).isEqualTo(3);
        assertThat(schemas.waitingFor()).isNull();
        assertThat(schemas.idOf("subject", SCHEMA)).isEqualTo(7);
    }

    @Test
    void shouldGiveUpAfterAWhileAndSayWhatItWaitsFor() {
        PatientSchemas schemas = new PatientSchemas(new Reluctant(Integer.MAX_VALUE, null), Duration.ZERO);
        assertThatThrownBy(() -> schemas.idOf("jobs", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessage("no answer");
        assertThat(schemas.waitingFor()).isEqualTo("the id of jobs");
        assertThatThrownBy(() -> schemas.byId(3)).isInstanceOf(RegistryUnavailableException.class);
        assertThat(schemas.waitingFor()).isEqualTo("schema 3");
    }

    @Test
    void shouldWaitNoLongerOnceItHasAnAnswer() {
        Reluctant reluctant = new Reluctant(1, null);
        PatientSchemas schemas = new PatientSchemas(reluctant, Duration.ZERO);
        assertThatThrownBy(() -> schemas.byId(3)).isInstanceOf(RegistryUnavailableException.class);
        schemas.byId(3);
        assertThat(schemas.waitingFor()).isNull();
    }

    @Test
    void shouldNotWaitForADefiniteAnswer() {
        Reluctant reluctant = new Reluctant(0, new UndecodableException("no such schema"));
        PatientSchemas schemas = new PatientSchemas(reluctant, Duration.ofMinutes(1));
        assertThatThrownBy(() -> schemas.byId(3)).isInstanceOf(UndecodableException.class);
        assertThat(reluctant.calls).isEqualTo(1);
    }

    @Test
    void shouldStopWaitingWhenItsThreadIsInterrupted() {
        PatientSchemas schemas = new PatientSchemas(new Reluctant(Integer.MAX_VALUE, null), Duration.ofMinutes(1));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> schemas.byId(3)).isInstanceOf(RegistryUnavailableException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
