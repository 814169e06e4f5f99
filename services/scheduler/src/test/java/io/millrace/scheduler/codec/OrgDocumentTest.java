package io.millrace.scheduler.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrgDocumentTest {

    @Test
    void shouldReadTheShippedOrganisation() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("millrace.root", "."))
                .resolve("policies")
                .resolve("org.yaml"));
        assertThat(OrgDocument.parse(text))
                .containsExactly(
                        new Member.Team("research", 1, null, new TreeSet<>(Set.of(JobType.RESEARCH)), false),
                        new Member.Team(
                                "vision",
                                1,
                                100,
                                new TreeSet<>(Set.of(JobType.PRODUCTION_MODEL, JobType.RESEARCH)),
                                true),
                        new Member.User("ada", 1, 7));
    }

    @Test
    void shouldReadEveryKey() {
        assertThat(OrgDocument.parse("""
                        users: {ben: {shares: 0, seniority_years: 80}}
                        teams: {z: {shares: 3, base: 0, job_types: [sweep, sweep], deadlines: true}}
                        """))
                .isEqualTo(List.of(
                        new Member.Team("z", 3, 0, new TreeSet<>(Set.of(JobType.SWEEP)), true),
                        new Member.User("ben", 0, 80)));
    }

    @Test
    void shouldFillInWhatIsNotSaid() {
        assertThat(OrgDocument.parse("teams: {b: {}, a:}\nusers: {u:}"))
                .isEqualTo(List.of(
                        new Member.Team("a", 1, null, new TreeSet<>(), false),
                        new Member.Team("b", 1, null, new TreeSet<>(), false),
                        new Member.User("u", 1, 0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nobody", "teams: {}", "teams:\nusers:"})
    void shouldTakeAnEmptyOrganisation(String text) {
        assertThat(OrgDocument.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "teams: {a/b: {}}|team/a/b: a name must not be empty and hold no '/'",
                "users: {'': {}}|user/: a name must not be empty and hold no '/'",
                "teams: {a: {shares: -1}}|team/a: shares must be 0 to 1000000000, not -1",
                "teams: {a: {base: -1}}|team/a: base priority must be 0 to 1000000, not -1",
                "users: {u: {shares: -1}}|user/u: shares must be 0 to 1000000000, not -1",
                "users: {u: {seniority_years: -1}}|user/u: seniority_years must be 0 to 80, not -1",
                "users: {u: {seniority_years: 81}}|user/u: seniority_years must be 0 to 80, not 81",
                "users: {u: {seniority_years: 1.5}}|users.u.seniority_years",
                "teams: {a: {job_types: [hobby]}}|teams.a.job_types knows no job type 'hobby'; there are production_model",
                "teams: {a: {job_types: hobby}}|teams.a.job_types",
                "teams: {a: {share: 1}}|share",
                "team: {a: {}}|team",
                "teams: {a: {}, a: {}}|a",
                "just words|the organisation file can't be read",
            })
    void shouldNameWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> OrgDocument.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
