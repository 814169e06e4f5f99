package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.scheduler.api.Explanation.AsOf;
import io.millrace.scheduler.api.Explanation.BlockerRow;
import io.millrace.scheduler.api.Explanation.ExpectedStart;
import io.millrace.scheduler.api.Explanation.PriorityRow;
import io.millrace.scheduler.api.Explanation.Term;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.streams.ServiceClock;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool of one node whose changes reach the replica as its store's changelog has them. */
class ExplainerTest {

    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");

    private static final String POLICY = """
            policy: millrace
            queues: {batch: {bonus: 5}}
            leases: {start_within: 60s, lease: 5m, margin: 30s, grace: 100s, tick_interval: 10s, suspect_for: 10m, remember_ended_for: 1d}
            """;

    private final PoolDecider decider = new PoolDecider();
    private final Pool pool = decider.initialState();
    private final PoolReplicas replica = new PoolReplicas();
    private Instant now = BEGIN;
    private final Explainer explainer = new Explainer(replica, new ServiceClock.Wall(() -> now));
    private long offset;

    private void tell(PoolInput input) {
        decider.evolve(pool, input);
        Iterator<PoolEvent> decided = decider.decide(pool, input);
        while (decided.hasNext()) {
            decider.evolveDecided(pool, decided.next());
        }
        pool.takeChanges()
                .forEach((key, entity) ->
                        replica.apply("default\u0000" + key, entity == null ? null : StateCodec.bytes(entity)));
        replica.apply("default\u0000offset", Long.toString(offset++).getBytes(StandardCharsets.UTF_8));
    }

    private long at(long second) {
        now = BEGIN.plusSeconds(second);
        return now.toEpochMilli();
    }

    private void submit(long second, String jobId, String team, String user, JobType type, @Nullable Long deadlineS) {
        JobRequest request = new JobRequest(
                "batch", team, user, 8, null, null, 3_600_000L, null, type, deadlineS == null ? null : at(deadlineS));
        tell(new PoolInput.JobSubmitted(at(second), "submission of " + jobId, jobId, request));
        tell(new PoolInput.Tick(at(second), 0, 0));
    }

    @BeforeEach
    void fill() {
        tell(new PoolInput.PolicyAdopted(at(0), PolicyDocument.parse(POLICY), POLICY, PolicyDocument.sha256(POLICY)));
        tell(new PoolInput.NodeUp(at(0), "up", "n-0", 8, "V100"));
        tell(new PoolInput.MemberDefined(
                at(0), new Member.Team("vision", 3, 120, new TreeSet<>(List.of(JobType.RESEARCH)), true)));
        tell(new PoolInput.MemberDefined(at(0), new Member.User("ada", 1, 4)));
        submit(0, "running", "speech", "bob", JobType.EXPERIMENTATION, null);
        tell(new PoolInput.AttemptStarted(at(0), "running", 1));
        tell(new PoolInput.Tick(at(1), 0, 0));
        submit(10, "promised", "speech", "bob", JobType.EXPERIMENTATION, null);
    }

    private Explanation explain(String jobId) {
        JobRow row = new JobRow(
                jobId, "default", "WAITING", "batch", null, null, 8, null, null, 0, null, null, null, List.of(),
                List.of(), null, null, null, List.of(), List.of(), 0, null);
        return explainer.explain("default", row, List.of());
    }

    private PriorityRow priority(String jobId) {
        return Objects.requireNonNull(explain(jobId).priority());
    }

    private String why(String jobId, String term) {
        return priority(jobId).terms().stream()
                .filter(one -> one.term().equals(term))
                .findFirst()
                .orElseThrow()
                .why();
    }

    @Test
    void shouldExplainAJobBehindOneThatHasAPromise() {
        submit(20, "mine", "vision", "ada", JobType.RESEARCH, 7200L);
        at(30);
        Instant promised = BEGIN.plusSeconds(3600 + 130);
        Explanation mine = explain("mine");
        assertThat(mine.policy()).isEqualTo("millrace");
        assertThat(mine.policySha256()).isEqualTo(PolicyDocument.sha256(POLICY));
        assertThat(mine.position()).isEqualTo(2);
        assertThat(mine.ahead()).containsExactly("promised");
        assertThat(mine.aheadJobs()).singleElement().satisfies(ahead -> {
            assertThat(ahead.position()).isEqualTo(1);
            assertThat(ahead.promisedStart()).isEqualTo(promised);
        });
        assertThat(mine.blockers())
                .containsExactly(new BlockerRow(
                        "INSUFFICIENT_GPUS", "running jobs must end: 0 of 8 GPUs are free, it needs 8", null, null));
        assertThat(mine.promisedStart()).isNull();
        assertThat(mine.expectedStart())
                .isEqualTo(new ExpectedStart(
                        BEGIN.plusSeconds(7200), "LIMIT", "if the jobs before it end: 2 at their limits"));
        assertThat(mine.asOf()).isEqualTo(new AsOf(now, pool.header().cycle(), offset - 1));
        assertThat(explain("promised").promisedStart()).isEqualTo(promised);
        assertThat(explain("promised").expectedStart())
                .isEqualTo(new ExpectedStart(
                        BEGIN.plusSeconds(3600), "LIMIT", "if the jobs before it end: 1 at their limits"));
    }

    @Test
    void shouldSayWhyEveryTermIsWhatItIs() {
        submit(20, "mine", "vision", "ada", JobType.RESEARCH, 20 + 10 * 3600L);
        at(20);
        PriorityRow priority = priority("mine");
        assertThat(priority.terms())
                .containsExactly(
                        new Term("base", new BigDecimal("120.000"), "of team vision"),
                        new Term(
                                "fair_share",
                                new BigDecimal("200.000"),
                                "team vision has had nothing of its 75.0 % of all usage"),
                        new Term("deadline", new BigDecimal("90.000"), "due at 2026-03-01T22:00:20Z"),
                        new Term("seniority", new BigDecimal("8.000"), "4 years at the company"),
                        new Term("type", new BigDecimal("50.000"), "RESEARCH"),
                        new Term("queue", new BigDecimal("5.000"), "of queue batch"),
                        new Term("age", new BigDecimal("0.000"), "waits for 0s, most after 7d"),
                        new Term("usage_penalty", new BigDecimal("0.000"), "for recent jobs of ada"),
                        new Term("override", new BigDecimal("0.000"), "no manager put it before others"));
        assertThat(priority.total()).isEqualTo(new BigDecimal("473.000"));
        assertThat(priority.shortness())
                .isEqualTo(new Term(
                        "shortness",
                        new BigDecimal("0.000"),
                        "no job of ada of this shape has ended yet; counts, for it can only pass jobs that have promised"
                                + " starts"));
        assertThat(priority.shortnessCounts()).isTrue();
    }

    @Test
    void shouldSayWhyAClaimDoesNotCount() {
        submit(20, "not-theirs", "vision", "ada", JobType.PRODUCTION_MODEL, null);
        submit(21, "stranger", "nobody", "zoe", JobType.RESEARCH, 100L);
        tell(new PoolInput.MemberDefined(at(22), new Member.Team("speech", 0, null, new TreeSet<>(), false)));
        submit(23, "late", "speech", "bob", JobType.EXPERIMENTATION, 100L);
        assertThat(why("not-theirs", "type"))
                .isEqualTo("PRODUCTION_MODEL does not count: team vision may not claim it");
        assertThat(why("not-theirs", "deadline")).isEqualTo("it has none");
        assertThat(why("stranger", "base")).isEqualTo("the policy's; team nobody is not defined in org-events");
        assertThat(why("stranger", "type"))
                .isEqualTo("RESEARCH does not count: team nobody is not defined in org-events");
        assertThat(why("stranger", "deadline")).isEqualTo("does not count: team nobody is not defined in org-events");
        assertThat(why("stranger", "seniority")).isEqualTo("user zoe is not defined in org-events");
        assertThat(why("late", "deadline")).isEqualTo("does not count: team speech may not claim deadlines");
        assertThat(why("late", "type")).isEqualTo("EXPERIMENTATION, for which the policy gives none");
        assertThat(why("late", "fair_share")).isEqualTo("team speech has no shares");
        for (String jobId : List.of("not-theirs", "stranger", "late")) {
            assertThat(priority(jobId).terms().stream().map(Term::points).reduce(BigDecimal.ZERO, BigDecimal::add))
                    .isEqualTo(priority(jobId).total());
        }
    }

    @Test
    void shouldPutTheQueueInTheOrderOfTheMoment() {
        submit(20, "mine", "vision", "ada", JobType.RESEARCH, null);
        submit(30, "theirs", "speech", "cleo", JobType.EXPERIMENTATION, null);
        assertThat(explainer.queue("default"))
                .extracting(QueueRow::position, QueueRow::jobId, QueueRow::waitS)
                .containsExactly(tuple(1, "promised", 20.0), tuple(2, "mine", 10.0), tuple(3, "theirs", 0.0));
        tell(new PoolInput.PriorityOverridden(at(40), "theirs", "eve", "a reason"));
        tell(new PoolInput.MemberDefined(at(40), new Member.Team("speech", 100, 300, new TreeSet<>(), false)));
        assertThat(explainer.queue("default"))
                .extracting(QueueRow::jobId)
                .containsExactly("promised", "theirs", "mine");
        assertThat(explainer.queue("elsewhere")).isEmpty();
    }

    @Test
    void shouldSayLittleOfAJobThatDoesNotWait() {
        Explanation running = explain("running");
        assertThat(running.position()).isNull();
        assertThat(running.blockers()).isEmpty();
        assertThat(running.priority()).isNull();
        assertThat(running.expectedStart()).isNull();
        assertThat(running.policy()).isEqualTo("millrace");
        assertThat(explainer.explain(null, running.job(), List.of()).policy()).isNull();
    }

    @Test
    void shouldAnswerInJson() throws JsonProcessingException {
        submit(20, "mine", "vision", "ada", JobType.RESEARCH, null);
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .build();
        String text = mapper.writeValueAsString(explain("mine"));
        assertThat(text).contains("{\"term\":\"base\",\"points\":120.000,\"why\":\"of team vision\"}");
        JsonNode json = mapper.readTree(text);
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "job",
                        "policy",
                        "policy_sha256",
                        "position",
                        "ahead",
                        "ahead_jobs",
                        "blockers",
                        "free",
                        "priority",
                        "promised_start",
                        "expected_start",
                        "as_of",
                        "decisions");
        assertThat(json.path("expected_start").path("at").asText()).isEqualTo("2026-03-01T14:00:00Z");
        assertThat(json.path("ahead_jobs").path(0).path("job_id").asText()).isEqualTo("promised");
        assertThat(json.path("blockers").path(0).path("job_id").isNull()).isTrue();
    }
}
