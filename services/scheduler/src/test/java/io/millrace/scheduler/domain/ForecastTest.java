package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Forecast.Basis;
import io.millrace.scheduler.domain.Forecast.Expected;
import io.millrace.scheduler.domain.Forecast.Unknown;
import io.millrace.scheduler.domain.QueueOrder.Place;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForecastTest {

    private static final long HOUR_S = 3600;

    private static JobRequest job(String user, int gpus, @Nullable Long limitS) {
        return new JobRequest("batch", "research", user, gpus, null, null, limitS == null ? null : limitS * 1000, null);
    }

    /** One node of 8 GPUs, which a job of this user holds since the story began. */
    private static PoolScript full(Rule rule, JobRequest holder) {
        PoolScript story = PoolScript.under(rule).at(0).node("n-0", 8).submit("holder", holder);
        story.tick();
        story.started("holder", 1).tick();
        return story;
    }

    private static PoolScript submitted(PoolScript story, String jobId, JobRequest request) {
        story.submit(jobId, request).tick();
        return story;
    }

    private static Expected expected(PoolScript story, String jobId, long atS) {
        long now = START + atS * 1000;
        QueueOrder order = QueueOrder.at(story.pool(), now);
        List<Job> ahead = order.places().subList(0, order.position(jobId) - 1).stream()
                .map(Place::job)
                .toList();
        return Forecast.of(story.pool(), story.pool().job(jobId), ahead, now);
    }

    private static Expected at(long second, Map<Basis, Integer> ends) {
        return new Expected(START + second * 1000, null, ends);
    }

    private static Expected unknown(Unknown unknown, Map<Basis, Integer> ends) {
        return new Expected(null, unknown, ends);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldExpectAStartWhenTheJobsBeforeItReachTheirLimits(Rule rule) {
        PoolScript story = full(rule, job("ann", 8, 2 * HOUR_S));
        submitted(story.at(60), "first", job("bob", 8, HOUR_S));
        submitted(story.at(61), "second", job("bob", 8, HOUR_S));
        assertThat(expected(story, "first", 100)).isEqualTo(at(2 * HOUR_S, Map.of(Basis.LIMIT, 1)));
        assertThat(expected(story, "second", 100)).isEqualTo(at(3 * HOUR_S, Map.of(Basis.LIMIT, 2)));
    }

    @Test
    void shouldExpectWhatTheLastJobsOfTheSameUserAndShapeTookButPromiseByLimits() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 8, 10 * HOUR_S));
        story.at(HOUR_S).ended("holder", 1, EndKind.COMPLETED).tick();
        story.submit("again", job("ann", 8, 10 * HOUR_S)).tick();
        story.started("again", 1).tick();
        submitted(story, "next", job("bob", 8, HOUR_S));
        assertThat(expected(story, "next", HOUR_S + 60)).isEqualTo(at(2 * HOUR_S, Map.of(Basis.LEARNED, 1)));
        Promise promise = Objects.requireNonNull(story.pool().job("next").promise());
        assertThat(promise.startBy()).isGreaterThanOrEqualTo(START + 11 * HOUR_S * 1000);
    }

    @Test
    void shouldGiveAJobThatTakesLongerAsLongAgainAsItIsLateAndItsLimitAtMost() {
        PoolScript story = full(Rule.FIFO_SKIP, job("ann", 8, 2 * HOUR_S));
        story.at(600).ended("holder", 1, EndKind.COMPLETED).tick();
        story.submit("again", job("ann", 8, 2 * HOUR_S)).tick();
        story.started("again", 1).tick();
        submitted(story, "next", job("bob", 8, HOUR_S));
        // Due at 1200 s.
        assertThat(expected(story, "next", 1210)).isEqualTo(at(1270, Map.of(Basis.LEARNED, 1)));
        assertThat(expected(story, "next", 1500)).isEqualTo(at(1800, Map.of(Basis.LEARNED, 1)));
        assertThat(expected(story, "next", 7000)).isEqualTo(at(7800, Map.of(Basis.LEARNED, 1)));
    }

    @Test
    void shouldFallBackToEstimates() {
        JobRequest guessed = new JobRequest("batch", "research", "ann", 8, null, null, null, 900_000L);
        PoolScript story = full(Rule.FIFO_STRICT, guessed);
        submitted(story, "next", job("bob", 8, null));
        assertThat(expected(story, "next", 60)).isEqualTo(at(900, Map.of(Basis.ESTIMATE, 1)));
    }

    @Test
    void shouldNotTellWhatHangsOnALengthNobodyKnows() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 8, null));
        submitted(story, "next", job("bob", 8, HOUR_S));
        assertThat(expected(story, "next", 60)).isEqualTo(unknown(Unknown.UNKNOWN_LENGTH, Map.of()));
    }

    @Test
    void shouldNotTellWhenNodesAreMissing() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 8, HOUR_S)).node("n-1", 8);
        submitted(story, "wide", job("bob", 16, HOUR_S));
        assertThat(expected(story, "wide", 60)).isEqualTo(at(HOUR_S, Map.of(Basis.LIMIT, 1)));
        story.at(120).node("n-1", Node.Health.DRAINED).tick();
        assertThat(expected(story, "wide", 130)).isEqualTo(unknown(Unknown.NO_ROOM, Map.of(Basis.LIMIT, 1)));
    }

    @Test
    void shouldNotLookPastThousandsOfJobs() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 8, HOUR_S));
        submitted(story, "next", job("bob", 8, HOUR_S));
        Job next = story.pool().job("next");
        assertThat(Forecast.of(story.pool(), next, Collections.nCopies(5001, next), START))
                .isEqualTo(unknown(Unknown.TOO_MANY_AHEAD, Map.of()));
    }

    @Test
    void shouldLetAJobPassOneThatHasAPromiseIfItIsOverBefore() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 4, 2 * HOUR_S));
        submitted(story.at(60), "gang", job("bob", 8, HOUR_S));
        submitted(story.at(61), "short", job("cleo", 8, 60L));
        submitted(story.at(62), "passes", job("dan", 4, HOUR_S));
        assertThat(story.pool().job("passes").active()).isNotNull();
        assertThat(expected(story, "gang", 100)).isEqualTo(at(2 * HOUR_S, Map.of(Basis.LIMIT, 2)));
    }

    @Test
    void shouldChangeNothing() {
        PoolScript story = full(Rule.MILLRACE, job("ann", 8, 2 * HOUR_S));
        submitted(story.at(60), "first", job("bob", 8, HOUR_S));
        submitted(story.at(61), "second", job("bob", 8, HOUR_S));
        story.pool().takeChanges();
        Expected once = expected(story, "second", 100);
        assertThat(expected(story, "second", 100)).isEqualTo(once);
        assertThat(story.pool().takeChanges()).isEmpty();
        assertThat(story.pool().waitingCount()).isEqualTo(2);
    }
}
