package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry that ships answers as the client of it expects, also when it has nothing. */
class RegistryProcessTest {

    private SchemaRegistry registry = TestBroker.shared().registry();

    @BeforeEach
    void forget(@TempDir Path empty) {
        registry = new SchemaRegistry(TestBroker.shared().registryUrl(), empty);
    }

    @Test
    void shouldFindWhatIsRegistered() {
        int id = registry.idOf(Topics.JOB_EVENTS.subject(), Topics.JOB_EVENTS.schema());
        assertThat(registry.byId(id)).isEqualTo(Topics.JOB_EVENTS.schema());
        assertThat(registry.register(Topics.JOB_EVENTS.subject(), Topics.JOB_EVENTS.schema()))
                .isEqualTo(id);
    }

    @Test
    void shouldSayThatThereIsNoSuchSchema() {
        assertThatThrownBy(() -> registry.byId(4711)).isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> registry.idOf("nothing-value", Topics.JOB_EVENTS.schema()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> registry.idOf(Topics.JOB_EVENTS.subject(), Topics.CLOCK.schema()))
                .isInstanceOf(IllegalStateException.class);
    }
}
