package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Blocker.Quota;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockerTest {

    private static JobRequest job(String user, int gpus, long limitS) {
        return new JobRequest("batch", "research", user, gpus, null, null, limitS * 1000, null);
    }

    private static Blocker plain(PendingReason reason) {
        return new Blocker(reason, null, null, null);
    }

    private static Blocker named(PendingReason reason, String jobId, @Nullable Long startBy) {
        return new Blocker(reason, jobId, startBy, null);
    }

    private static Long startBy(PoolScript story, String jobId) {
        return Objects.requireNonNull(
                Objects.requireNonNull(story.pool().job(jobId).promise()).startBy());
    }

    private static PoolScript holding(SchedulingPolicy policy, int gpus) {
        PoolScript story = PoolScript.under(policy).at(0).node("n-0", 8).submit("holder", job("ann", gpus, 7200));
        story.tick();
        story.started("holder", 1).tick();
        return story;
    }

    @Test
    void shouldTellAJobBehindAnotherOfItsLaneAllThatIsInTheWayOfBoth() {
        PoolScript story = holding(PoolScript.policy(Rule.MILLRACE), 4);
        story.at(10).submit("gang", job("bob", 8, 3600)).tick();
        story.at(11)
                .submit("first", job("cleo", 2, 100_000))
                .submit("second", job("cleo", 2, 100_000))
                .tick();
        Long startBy = startBy(story, "gang");
        assertThat(Blocker.of(story.pool(), story.pool().job("gang")))
                .containsExactly(plain(PendingReason.INSUFFICIENT_GPUS));
        assertThat(Blocker.of(story.pool(), story.pool().job("first")))
                .containsExactly(named(PendingReason.RESERVED_FOR, "gang", startBy));
        assertThat(Blocker.of(story.pool(), story.pool().job("second")))
                .containsExactly(
                        named(PendingReason.RESERVED_FOR, "gang", startBy),
                        named(PendingReason.BELOW_QUEUE_HEAD, "first", null));
    }

    @Test
    void shouldTellOfTheHeadThatAStrictQueueWaitsForAndOfTheJobsOwnTroubles() {
        PoolScript story = holding(PoolScript.policy(Rule.FIFO_STRICT), 4);
        story.at(10).submit("head", job("bob", 8, 60)).at(11).submit("behind", job("cleo", 6, 60));
        story.submit("small", job("cleo", 1, 60)).tick();
        assertThat(Blocker.of(story.pool(), story.pool().job("head")))
                .containsExactly(plain(PendingReason.INSUFFICIENT_GPUS));
        assertThat(Blocker.of(story.pool(), story.pool().job("behind")))
                .containsExactly(
                        plain(PendingReason.INSUFFICIENT_GPUS), named(PendingReason.BELOW_QUEUE_HEAD, "head", null));
        assertThat(Blocker.of(story.pool(), story.pool().job("small")))
                .containsExactly(named(PendingReason.BELOW_QUEUE_HEAD, "head", null));
    }

    @Test
    void shouldSayHowFarAQuotaIsUsedUp() {
        PoolScript story = holding(PoolScript.quotas(Rule.FIFO_SKIP, 5, null, 6), 4);
        story.at(10)
                .submit("more", job("ann", 4, 60))
                .submit("others", job("bob", 3, 60))
                .tick();
        assertThat(Blocker.of(story.pool(), story.pool().job("more")))
                .containsExactly(
                        new Blocker(PendingReason.QUOTA_USER, null, null, new Quota(5, 4, 0)),
                        new Blocker(PendingReason.QUOTA_TEAM, null, null, new Quota(6, 4, 0)));
        assertThat(Blocker.of(story.pool(), story.pool().job("others")))
                .containsExactly(new Blocker(PendingReason.QUOTA_TEAM, null, null, new Quota(6, 4, 0)));
    }

    @Test
    void shouldCountWhatIsKeptForOthersTowardsAQuota() {
        PoolScript story = holding(PoolScript.quotas(Rule.MILLRACE, 8, null, null), 2);
        story.at(10).submit("kept", job("bob", 7, 60)).tick();
        story.at(11).submit("more", job("bob", 2, 60)).tick();
        assertThat(Blocker.of(story.pool(), story.pool().job("more")))
                .contains(new Blocker(PendingReason.QUOTA_USER, null, null, new Quota(8, 0, 7)));
    }

    @Test
    void shouldTellOfNodesThatAreAway() {
        PoolScript story = holding(PoolScript.policy(Rule.MILLRACE), 4).node("n-1", 8);
        story.at(10)
                .node("n-1", Health.DRAINED)
                .submit("wide", job("bob", 16, 60))
                .tick();
        assertThat(Blocker.of(story.pool(), story.pool().job("wide")))
                .containsExactly(plain(PendingReason.INSUFFICIENT_GPUS), plain(PendingReason.NODE_DOWN));
        assertThat(FreeGpus.of(story.pool(), job("bob", 16, 60).shape())).isEqualTo(new FreeGpus(16, 4, 0, 4));
    }
}
