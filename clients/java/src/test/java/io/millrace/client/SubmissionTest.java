package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SubmissionTest {

    static JobSubmitted job(Map<String, String> tags) {
        return JobSubmitted.newBuilder()
                .setPool("default")
                .setTeam("vision")
                .setUser("ada")
                .setGpus(2)
                .setTags(tags)
                .setWork(new Work(List.of("python3", "train.py"), tags, null))
                .build();
    }

    private static Map<String, String> inOrder(String... keys) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String key : keys) {
            tags.put(key, key + key);
        }
        return tags;
    }

    @Test
    void shouldKnowTheSameSubmissionAgain() {
        String id = new Submission("train", job(inOrder("a", "b", "c"))).eventId();
        assertThat(id).isEqualTo(new Submission("train", job(inOrder("c", "a", "b"))).eventId());
        assertThat(UUID.fromString(id).version()).isEqualTo(8);
        assertThat(UUID.fromString(id).variant()).isEqualTo(2);
    }

    /** Clients in other languages come to the same id: theirs is tested against this one. */
    @Test
    void shouldKeepTheIdOfASubmission() {
        assertThat(new Submission("train", job(inOrder("a", "b"))).eventId())
                .isEqualTo("f4d699d6-7a3d-870a-a8ef-819cba2c9d1d");
    }

    @Test
    void shouldTellOtherSubmissionsApart() {
        assertThat(List.of(
                        new Submission("train", job(inOrder("a"))).eventId(),
                        new Submission("train2", job(inOrder("a"))).eventId(),
                        new Submission("train", job(inOrder("b"))).eventId(),
                        new Submission("train", job(Map.of())).eventId()))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldNameTheMembersOfAnArray() {
        JobSubmitted job = job(Map.of());
        List<Submission> members = Submission.array("sweep", List.of(3, 0, 3), job);
        assertThat(members)
                .containsExactly(
                        new Submission(
                                "sweep-0",
                                JobSubmitted.newBuilder(job)
                                        .setArray(new ArrayMembership("sweep", 0, 4))
                                        .build()),
                        new Submission(
                                "sweep-3",
                                JobSubmitted.newBuilder(job)
                                        .setArray(new ArrayMembership("sweep", 3, 4))
                                        .build()));
        assertThatThrownBy(() -> Submission.array("sweep", List.of(), job)).isInstanceOf(ClientException.class);
        assertThatThrownBy(() -> Submission.array("sweep", List.of(-1), job)).isInstanceOf(ClientException.class);
    }
}
