package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class ExplanationTextTest {

    private static final String JOB = """
            'job': {'job_id': 'mine', 'pool': 'default', 'state': 'WAITING', 'queue': 'batch', 'team': 'vision',
              'user': 'ada', 'gpus': 8, 'gpu_type': null, 'submitted_at': '2026-03-01T12:00:20Z', 'attempt': 0,
              'started_at': null, 'ended_at': null, 'wait_s': 3610.4, 'nodes': [], 'reasons': ['INSUFFICIENT_GPUS']}
            """;

    private static final String AHEAD = """
            {'position': 1, 'job_id': 'gang', 'pool': 'default', 'team': 'speech', 'user': 'bob', 'gpus': 64,
             'submitted_at': '2026-03-01T12:00:10Z', 'wait_s': 3620.4, 'priority': 155.5,
             'promised_start': '2026-03-01T13:02:10Z', 'reasons': ['INSUFFICIENT_GPUS', 'NODE_DOWN']}
            """;

    private static final String DECISIONS = """
            'decisions': [{'at': '2026-03-01T12:00:21Z', 'cycle': 7, 'decision': 'JobQueued', 'detail': 'queue batch'}]
            """;

    private static JsonNode json(String json) {
        try {
            return new JsonMapper().readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void shouldExplainAWaitingJobSectionBySection() {
        String text = ExplanationText.of(json("{" + JOB + """
                , 'policy': 'millrace', 'policy_sha256': '0123456789abcdef', 'position': 2, 'ahead': ['gang'],
                'ahead_jobs': [%s],
                'blockers': [{'reason': 'BELOW_QUEUE_HEAD', 'remedy': 'gang must start first', 'job_id': 'gang', 'starts_by': null}],
                'free': {'gpus': 64, 'free_gpus': 0, 'free_whole_nodes': 0, 'largest_block': 0},
                'priority': {'total': 120.500, 'shortness_counts': true,
                  'terms': [{'term': 'base', 'points': 100.000, 'why': 'of team vision'},
                            {'term': 'age', 'points': 20.5, 'why': 'waits for 1h'}],
                  'shortness': {'term': 'shortness', 'points': 3, 'why': 'counts'}},
                'promised_start': null,
                'expected_start': {'at': '2026-03-01T14:00:30Z', 'basis': 'MIXED', 'why': 'if the jobs before it end'},
                'as_of': {'at': '2026-03-01T13:00:30.400Z', 'cycle': 9, 'log_offset': 41},
                """.formatted(AHEAD) + DECISIONS + "}"));
        assertThat(text).isEqualTo("""
                mine  WAITING
                  team vision, user ada, 8 GPUs, queue batch, pool default
                  submitted 2026-03-01T12:00:20Z, waited 1h10s
                  policy millrace (0123456789ab), at 2026-03-01T13:00:30.400Z after cycle 9, pool-inputs offset 41

                Position 2: 1 job is ahead
                  position  job   pool     team    user  gpus  waited  priority  promised start        reasons
                         1  gang  default  speech  bob     64  1h20s    155.500  2026-03-01T13:02:10Z  INSUFFICIENT_GPUS, NODE_DOWN

                What holds it back
                  reason            what would change it
                  BELOW_QUEUE_HEAD  gang must start first

                Priority
                  term        points  why
                  base       100.000  of team vision
                  age         20.500  waits for 1h
                  total      120.500  the sum
                  shortness    3.000  counts

                Start
                  basis            at                    in      why
                  PROMISED         -                     -       no start is promised to it yet
                  EXPECTED, MIXED  2026-03-01T14:00:30Z  59m59s  if the jobs before it end

                Decisions
                  at                    cycle  decision   detail
                  2026-03-01T12:00:21Z      7  JobQueued  queue batch
                """);
    }

    @Test
    void shouldSayWhereNothingIsInTheWayAndNoPriorityIsComputed() {
        assertThat(ExplanationText.of(json("{" + JOB + """
                , 'policy': 'fifo-skip', 'policy_sha256': 'ab', 'position': 1, 'ahead': [], 'ahead_jobs': [],
                'blockers': [], 'free': null, 'priority': null, 'promised_start': null,
                'expected_start': {'at': null, 'basis': null, 'why': 'it is too far away'},
                'as_of': {'at': '2026-03-01T13:00:30Z', 'cycle': 9, 'log_offset': 41}, 'decisions': []}"""))).endsWith("""

                Position 1: nobody is ahead

                Nothing holds it back: the next cycle may place it

                Start
                  basis     at  in  why
                  EXPECTED   -   -  it is too far away

                Nothing was decided about it yet
                """);
    }

    @Test
    void shouldTellOnlyWhatBecameOfAJobThatDoesNotWait() {
        String text = ExplanationText.of(
                json("{" + JOB.replace("WAITING", "RUNNING").replace("'nodes': []", "'nodes': ['n-0', 'n-1']")
                        + ", 'policy': 'millrace', 'policy_sha256': 'ab', 'position': null, " + DECISIONS + "}"));
        assertThat(text).isEqualTo("""
                mine  RUNNING
                  team vision, user ada, 8 GPUs, queue batch, pool default
                  submitted 2026-03-01T12:00:20Z, waited 1h10s
                  on n-0, n-1
                  policy millrace (ab)

                Decisions
                  at                    cycle  decision   detail
                  2026-03-01T12:00:21Z      7  JobQueued  queue batch
                """);
    }

    @Test
    void shouldShowTheQueueAsATable() {
        assertThat(QueueText.of(json("[" + AHEAD + "]"), false)).isEqualTo("""
                position  job   pool     team    user  gpus  waited  priority  promised start        reasons
                       1  gang  default  speech  bob     64  1h20s    155.500  2026-03-01T13:02:10Z  INSUFFICIENT_GPUS, NODE_DOWN
                """);
        assertThat(QueueText.of(json("[]"), false)).isEqualTo("no job waits\n");
    }

    @Test
    void shouldWriteLengthsAsPeopleDo() {
        assertThat(ExplanationText.length(0)).isEqualTo("0s");
        assertThat(ExplanationText.length(90_061_999)).isEqualTo("1d1h1m1s");
    }
}
