package io.millrace.tracker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.store.Database;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same on PostgreSQL, where it is installed. */
class PostgresTest extends BothDoorsTest {

    private static @Nullable PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Database.Place place() {
        return Objects.requireNonNull(server, "it was started").place();
    }

    @Test
    void shouldAnswerAsTheTablesOfRealRunsDo() throws Exception {
        List<MlperfRuns.Table> tables = MlperfRuns.read();
        String name = "postgres-" + UUID.randomUUID();
        tracker.awaitCaughtUp();
        MlperfRuns.log(tracker, name, tables);
        MlperfAnswers answers = new MlperfAnswers(tracker, ExperimentIds.ofName(name), tables);
        assertThat(answers.hash()).isEqualTo(MlperfAnswers.hashOf(tables));
        answers.requireTheBest();
        answers.requireTheFirst();
        answers.requireTheSpreads();
        answers.requireTheSearches();
    }
}
