package io.millrace.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubjectStateTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<ReplayedEvent> events = new ArrayList<>();

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private void happens(String topic, String key, String action, String payload) {
        int at = events.size();
        events.add(
                new ReplayedEvent(at, topic, 0, at, key, Instant.ofEpochSecond(at), "user:ada", action, json(payload)));
    }

    private SubjectState state(String subject, int until) {
        List<ReplayedEvent> some = new ArrayList<>(events.subList(0, until));
        Collections.reverse(some);
        return SubjectState.of(Subject.parse(subject), some);
    }

    @Test
    void shouldFollowAJob() {
        happens(
                "job-events",
                "j",
                "JobSubmitted",
                "{'pool': 'default', 'team': 'vision', 'gpus': 2, 'deadline': null}");
        happens("job-decisions", "j", "JobQueued", "{'queue': 'batch', 'team': 'vision', 'gpus': 2}");
        happens("policy-events", "j", "PriorityOverridden", "{'by': 'manager:eve'}");
        happens("job-decisions", "j", "StartPromised", "{'start_by': '1970-01-01T01:00:00Z'}");
        happens("job-decisions", "j", "JobPlaced", "{'attempt': 1, 'nodes': [{'node_id': 'n'}]}");
        happens("attempt-events", "j", "JobStarted", "{'attempt': 1, 'node_ids': ['n']}");
        happens("job-events", "j", "ProgressReported", "{'attempt': 1, 'fraction': 0.5, 'step': 10}");
        happens("job-decisions", "j", "PreemptionRequested", "{'attempt': 1, 'cause': 'CRITICAL_JOB'}");
        happens("job-decisions", "j", "JobRequeued", "{'attempt': 1, 'cause': 'PREEMPTED'}");
        happens("job-decisions", "j", "JobPlaced", "{'attempt': 2, 'nodes': []}");
        happens("attempt-events", "j", "JobStarted", "{'attempt': 1, 'node_ids': ['n']}");
        happens("attempt-events", "j", "Heartbeat", "{'attempt': 2}");
        happens("job-decisions", "j", "JobEnded", "{'state': 'COMPLETED', 'attempt': 2, 'gpu_ms': 7, 'message': null}");

        assertThat(state("job/j", 1).state())
                .isEqualTo(json("{'pool': 'default', 'team': 'vision', 'gpus': 2, 'state': 'SUBMITTED'}"));
        List<String> states = new ArrayList<>();
        for (int i = 1; i <= events.size(); i++) {
            states.add(json(String.valueOf(state("job/j", i).state()))
                    .path("state")
                    .asText());
        }
        assertThat(states)
                .containsExactly(
                        "SUBMITTED",
                        "WAITING",
                        "WAITING",
                        "WAITING",
                        "PLACED",
                        "RUNNING",
                        "RUNNING",
                        "RUNNING",
                        "WAITING",
                        "PLACED",
                        "PLACED",
                        "PLACED",
                        "COMPLETED");
        JsonNode running = json(String.valueOf(state("job/j", 8).state()));
        assertThat(running.path("fraction").asDouble()).isEqualTo(0.5);
        assertThat(running.path("stop_requested").asText()).isEqualTo("CRITICAL_JOB");
        assertThat(running.path("overridden_by").asText()).isEqualTo("manager:eve");
        assertThat(running.has("start_promised_by")).isFalse();
        assertThat(state("job/j", 13).history()).hasSize(13);
        assertThat(state("job/j", 0).state()).isNull();
    }

    @Test
    void shouldFollowAModelThroughItsNames() {
        happens("model-events", "m", "ModelRegistered", "{'description': 'first', 'tags': {}}");
        happens("model-events", "other", "ModelRegistered", "{'description': 'another', 'tags': {}}");
        happens("model-events", "m", "ModelVersionRegistered", "{'version': 1, 'run_id': 'r', 'tags': {}}");
        happens("model-events", "m", "ModelVersionRegistered", "{'version': 2, 'run_id': null, 'tags': {}}");
        happens("model-events", "m", "AliasSet", "{'alias': 'best', 'version': 1}");
        happens("model-events", "m", "StageChanged", "{'version': 2, 'stage': 'PRODUCTION'}");
        happens("model-events", "m", "ModelTagSet", "{'version': null, 'key': 'tier', 'value': '1'}");
        happens("model-events", "m", "ModelTagSet", "{'version': 2, 'key': 'ok', 'value': 'yes'}");
        happens("model-events", "m", "ModelRenamed", "{'new_name': 'n'}");
        happens("model-events", "n", "VersionDeleted", "{'version': 1}");
        happens("model-events", "n", "ModelTagRemoved", "{'version': null, 'key': 'tier'}");
        happens("model-events", "n", "ModelDescribed", "{'description': 'better'}");
        happens("model-events", "n", "ModelDeleted", "{'reason': ''}");
        happens("model-events", "n", "ModelRegistered", "{'description': 'anew', 'tags': {}}");

        assertThat(state("model/m", 8).state()).isEqualTo(json("""
                {'registered_at': '1970-01-01T00:00:00Z', 'description': 'first', 'tags': {'tier': '1'},
                 'aliases': {'best': 1},
                 'versions': {
                   '1': {'registered_at': '1970-01-01T00:00:02Z', 'stage': 'NONE', 'run_id': 'r', 'tags': {}},
                   '2': {'registered_at': '1970-01-01T00:00:03Z', 'stage': 'PRODUCTION', 'tags': {'ok': 'yes'}}}}"""));
        assertThat(state("model/m", 9).state()).isNull();
        assertThat(state("model/n", 12).state()).isEqualTo(json("""
                {'registered_at': '1970-01-01T00:00:00Z', 'description': 'better', 'tags': {}, 'aliases': {},
                 'versions': {
                   '2': {'registered_at': '1970-01-01T00:00:03Z', 'stage': 'PRODUCTION', 'tags': {'ok': 'yes'}}}}"""));
        assertThat(state("model/n", 12).history()).hasSize(11);
        assertThat(state("model/n", 13).state()).isNull();
        assertThat(json(String.valueOf(state("model/n", 14).state()))
                        .path("description")
                        .asText())
                .isEqualTo("anew");
    }

    @Test
    void shouldKnowWhichPolicyWasInForceInAPool() {
        happens("policy-events", "strict", "PolicyAdopted", "{'name': 'strict', 'pools': ['a', 'b']}");
        happens("policy-events", "job", "PriorityOverridden", "{'by': 'manager:eve'}");
        happens("policy-events", "loose", "PolicyAdopted", "{'name': 'loose', 'pools': ['b']}");
        assertThat(state("policy/a", 3).state())
                .isEqualTo(json(
                        "{'since': '1970-01-01T00:00:00Z', 'by': 'user:ada', 'name': 'strict', 'pools': ['a','b']}"));
        assertThat(json(String.valueOf(state("policy/b", 3).state()))
                        .path("name")
                        .asText())
                .isEqualTo("loose");
        assertThat(state("policy/c", 3).state()).isNull();
    }

    @Test
    void shouldKnowASubjectByItsText() {
        assertThat(Subject.parse("team/a/b")).hasToString("team/a/b");
        for (String none : List.of("", "job", "job/", "/x", "JOB/x", "cat/x")) {
            assertThatThrownBy(() -> Subject.parse(none)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
