package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolInput.MemberDefined;
import io.millrace.scheduler.domain.PoolInput.PriorityOverridden;
import io.millrace.scheduler.domain.QueueOrder.Place;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class QueueOrderTest {

    private static JobRequest of(String team, String user, int gpus) {
        return new JobRequest("batch", team, user, gpus, null, null, 3_600_000L, null);
    }

    /** A node of 8 GPUs that one job holds. */
    private static PoolScript full(Rule rule) {
        PoolScript story = PoolScript.under(rule).at(0).node("n-0", 8).submit("holder", of("research", "ann", 8));
        story.tick();
        story.started("holder", 1).tick();
        return story;
    }

    private static List<String> order(PoolScript story, long second) {
        return QueueOrder.at(story.pool(), START + second * 1000).places().stream()
                .map(place -> place.job().id())
                .toList();
    }

    @Test
    void shouldKeepTheOrderOfSimplePolicies() {
        PoolScript story = full(Rule.SJF_SKIP);
        story.submit("long", PoolScript.estimated(8, 900)).submit("short", PoolScript.estimated(8, 60));
        story.submit("gone", PoolScript.estimated(8, 30)).tick();
        story.cancel("gone");
        List<Place> places = QueueOrder.at(story.pool(), START).places();
        assertThat(order(story, 0)).containsExactly("short", "long");
        assertThat(places).allSatisfy(place -> assertThat(place.priority()).isNull());
        assertThat(QueueOrder.at(story.pool(), START).position("long")).isEqualTo(2);
        assertThat(QueueOrder.at(story.pool(), START).position("holder")).isZero();
    }

    @Test
    void shouldPutPromisesFirstAndThePriorityOfTheMomentNext() {
        PoolScript story = full(Rule.MILLRACE);
        story.at(10).submit("promised", of("research", "bob", 8)).tick();
        story.at(20).submit("older", of("research", "cleo", 8)).tick();
        story.at(30).submit("raised", of("research", "dan", 8)).tick();
        assertThat(order(story, 40)).containsExactly("promised", "older", "raised");
        story.tell(new PriorityOverridden(START + 40_000, "raised", "eve", "a reason"));
        story.at(40).tick();
        assertThat(order(story, 40)).containsExactly("promised", "raised", "older");
        assertThat(QueueOrder.at(story.pool(), START + 40_000).places())
                .extracting(Place::passing)
                .containsExactly(false, true, true);
    }

    @Test
    void shouldLetShortnessCountAmongThoseThatPass() {
        PoolScript story = full(Rule.MILLRACE);
        story.at(60).ended("holder", 1, EndKind.COMPLETED).tick();
        story.submit("again", of("research", "ann", 8)).tick();
        story.at(61).submit("promised", of("research", "bob", 8)).tick();
        story.at(62).submit("older", of("research", "cleo", 8)).tick();
        story.at(63).submit("shorter", of("research", "ann", 8)).tick();
        assertThat(order(story, 70)).containsExactly("promised", "shorter", "older");
        Place first = QueueOrder.at(story.pool(), START + 70_000).places().get(1);
        assertThat(Objects.requireNonNull(first.priority()).shortness()).isPositive();
    }

    @Test
    void shouldBeTheOrderInWhichACycleStartsThem() {
        PoolScript story = full(Rule.MILLRACE);
        story.tell(new MemberDefined(START, new Member.Team("favoured", 9, 150, new TreeSet<>(), false)));
        for (int i = 0; i < 4; i++) {
            story.at(10 + i).submit("plain-" + i, of("research", "bob", 2));
            story.submit("favoured-" + i, of("favoured", "cleo", 2));
        }
        story.at(20).tick();
        List<String> order = new ArrayList<>(order(story, 20));
        story.ended("holder", 1, EndKind.COMPLETED);
        List<String> placed = story.tick().stream()
                .filter(JobPlaced.class::isInstance)
                .map(event -> ((JobPlaced) event).jobId())
                .toList();
        assertThat(placed).hasSize(4).isEqualTo(order.subList(0, 4));
    }

    @Test
    void shouldBeEmptyWithoutAPolicy() {
        PoolScript story = new PoolScript(PoolScript.policy(Rule.MILLRACE), false);
        story.submit("a", of("research", "ann", 1));
        assertThat(QueueOrder.at(story.pool(), START).places()).isEmpty();
    }
}
