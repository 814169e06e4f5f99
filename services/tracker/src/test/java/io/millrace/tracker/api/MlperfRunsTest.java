package io.millrace.tracker.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.projection.TrackerUnderTest;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 880 real runs through both doors: whatever is asked, the answer is the one that their tables give. */
class MlperfRunsTest {

    @TempDir
    private static Path folder;

    private static final List<MlperfRuns.Table> TABLES = MlperfRuns.read();
    private static final String LOGGED = "logged-" + UUID.randomUUID();
    private static final String POSTED = "posted-" + UUID.randomUUID();

    private static TrackerUnderTest tracker;
    private static MlperfAnswers logged;
    private static MlperfAnswers posted;

    @BeforeAll
    static void logAllRunsThroughBothDoors() throws Exception {
        tracker = new TrackerUnderTest("jdbc:h2:file:" + folder.resolve("tracker")).follow();
        tracker.awaitCaughtUp();
        MlperfRuns.log(tracker, LOGGED, TABLES);
        RunDesk desk = MlperfAnswers.desk(tracker);
        ExperimentDesk experiments = new ExperimentDesk(
                tracker.database,
                tracker.experiments,
                tracker.experimentFold,
                tracker.door,
                desk,
                InstantSource.system());
        SecurityIdentity ada = QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal("ada"))
                .build();
        String postedId = new ExperimentsResource(experiments, ada)
                .create(new ObjectMapper().createObjectNode().put("name", POSTED))
                .experimentId();
        MlperfRuns.post(new RunsResource(desk, experiments, ada), new RunLogResource(desk, ada), postedId, TABLES);
        logged = new MlperfAnswers(tracker, ExperimentIds.ofName(LOGGED), TABLES);
        posted = new MlperfAnswers(tracker, postedId, TABLES);
    }

    @AfterAll
    static void close() {
        tracker.close();
    }

    @Test
    void shouldAnswerAsTheTablesDoThroughEitherDoor() {
        String expected = MlperfAnswers.hashOf(TABLES);
        assertThat(logged.hash()).isEqualTo(expected);
        assertThat(posted.hash()).isEqualTo(expected);
    }

    @Test
    void shouldFindTheBestRunOfEachBenchmark() {
        logged.requireTheBest();
        posted.requireTheBest();
        logged.requireTheFirst();
        posted.requireTheFirst();
    }

    @Test
    void shouldSayHowTheSeedsOfAConfigurationSpread() {
        logged.requireTheSpreads();
        posted.requireTheSpreads();
    }

    @Test
    void shouldFindWhatAFilterOfTheTablesFinds() {
        logged.requireTheSearches();
        posted.requireTheSearches();
    }

    @Test
    void shouldAnswerTheSameFromTheLogWithoutTheDatabase() {
        try (TrackerUnderTest again = new TrackerUnderTest("jdbc:h2:mem:" + LOGGED).follow()) {
            again.awaitCaughtUp();
            String expected = MlperfAnswers.hashOf(TABLES);
            assertThat(new MlperfAnswers(again, ExperimentIds.ofName(LOGGED), TABLES).hash())
                    .isEqualTo(expected);
        }
    }
}
