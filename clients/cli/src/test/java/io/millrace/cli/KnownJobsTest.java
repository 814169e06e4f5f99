package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.KnownJobs.Row;
import io.millrace.client.Submission;
import io.millrace.events.job.JobSubmitted;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownJobsTest {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final Submission TRAIN = new Submission(
            "train",
            JobSubmitted.newBuilder()
                    .setPool("default")
                    .setTeam("vision")
                    .setUser("ada")
                    .setGpus(1)
                    .build());

    private static Row row(String job, String state, String submission) {
        return new Row(job, state, submission, AT);
    }

    @Test
    void shouldKnowASubmissionAgain() {
        KnownJobs known = new KnownJobs(List.of(row("train", "RUNNING", TRAIN.eventId())));
        assertThat(known.holdsAll(List.of(TRAIN))).isTrue();
        assertThat(known.states()).isEqualTo("it is RUNNING");
        assertThat(known.submittedAt()).isEqualTo(AT);
        assertThat(KnownJobs.NONE.holdsAll(List.of(TRAIN))).isFalse();
        assertThat(KnownJobs.NONE.submittedAt()).isNull();
        assertThat(known.holdsAll(List.of(TRAIN, new Submission("train2", TRAIN.job()))))
                .isFalse();
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        KnownJobs known = new KnownJobs(List.of(row("train", "COMPLETED", "other")));
        assertThatThrownBy(() -> known.holdsAll(List.of(TRAIN)))
                .isInstanceOf(CommandException.class)
                .hasMessage("there is a job train already, and it is not the same (it is COMPLETED); submit this one"
                        + " under another name");
    }

    @Test
    void shouldTakeTheNameOfAJobThatWasRefused() {
        assertThat(new KnownJobs(List.of(row("train", "REJECTED", TRAIN.eventId()))).holdsAll(List.of(TRAIN)))
                .isFalse();
    }

    @Test
    void shouldCountTheStatesOfManyJobs() {
        KnownJobs known = new KnownJobs(
                List.of(row("s-0", "WAITING", "a"), row("s-1", "COMPLETED", "b"), row("s-2", "WAITING", "c")));
        assertThat(known.states()).isEqualTo("1 COMPLETED, 2 WAITING");
        assertThat(known.jobIds()).containsExactly("s-0", "s-1", "s-2");
        assertThat(known.rows()).extracting(Row::isOver).containsExactly(false, true, false);
    }
}
