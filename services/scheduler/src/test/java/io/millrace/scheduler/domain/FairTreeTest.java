package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.FairTree.Sibling;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FairTreeTest {

    private static final Map<String, Long> EQUAL = Map.of();

    @Test
    void shouldDivideThePartOfSharesByThePartOfUsage() {
        Map<String, Double> factors = FairTree.levelFactors(
                List.of(new Sibling("a", 3, 10), new Sibling("b", 1, 10), new Sibling("c", 4, 20)));
        assertThat(factors).isEqualTo(Map.of("a", 1.5, "b", 0.5, "c", 1.0));
    }

    @Test
    void shouldBeZeroWithoutSharesAndInfiniteWithoutUsage() {
        Map<String, Double> factors = FairTree.levelFactors(
                List.of(new Sibling("none", 0, 5), new Sibling("idle", 1, 0), new Sibling("neither", 0, 0)));
        assertThat(factors).isEqualTo(Map.of("none", 0.0, "idle", Double.POSITIVE_INFINITY, "neither", 0.0));
    }

    @Test
    void shouldRankAllUsersOfTheBetterTeamBeforeThoseOfTheOther() {
        FairTree tree = FairTree.of(
                Map.of("a", Map.of("heavy", 39.0, "light", 1.0), "b", Map.of("one", 30.0, "two", 30.0001)),
                EQUAL,
                EQUAL);
        assertThat(tree.factor("a", "light")).isEqualTo(1.0);
        assertThat(tree.factor("a", "heavy")).isEqualTo(0.75);
        assertThat(tree.factor("b", "one")).isEqualTo(0.5);
        assertThat(tree.factor("b", "two")).isEqualTo(0.25);
    }

    @Test
    void shouldGiveUsersOfTheSameFactorTheSameRankAndSkipTheNext() {
        FairTree tree = FairTree.of(Map.of("a", Map.of("u1", 1.0, "u2", 1.0, "u3", 2.0, "u4", 8.0)), EQUAL, EQUAL);
        assertThat(tree.factor("a", "u1")).isEqualTo(1.0);
        assertThat(tree.factor("a", "u2")).isEqualTo(1.0);
        assertThat(tree.factor("a", "u3")).isEqualTo(0.5);
        assertThat(tree.factor("a", "u4")).isEqualTo(0.25);
    }

    @Test
    void shouldMergeTheUsersOfTiedTeams() {
        FairTree tree =
                FairTree.of(Map.of("a", Map.of("a1", 1.0, "a2", 9.0), "b", Map.of("b1", 4.0, "b2", 6.0)), EQUAL, EQUAL);
        // Ranked within their teams: 1/2 over 0.1, 0.9, 0.4 and 0.6.
        assertThat(tree.factor("a", "a1")).isEqualTo(1.0);
        assertThat(tree.factor("b", "b1")).isEqualTo(0.75);
        assertThat(tree.factor("b", "b2")).isEqualTo(0.5);
        assertThat(tree.factor("a", "a2")).isEqualTo(0.25);
    }

    @Test
    void shouldMergeTeamsThatUsedNothing() {
        FairTree tree = FairTree.of(
                Map.of("a", Map.of("a1", 0.0), "b", Map.of("b1", 0.0), "c", Map.of("c1", 5.0)),
                Map.of("a", 1L, "b", 100L),
                EQUAL);
        assertThat(tree.factor("a", "a1")).isEqualTo(1.0);
        assertThat(tree.factor("b", "b1")).isEqualTo(1.0);
        assertThat(tree.factor("c", "c1")).isEqualTo(1.0 / 3);
    }

    @Test
    void shouldPutThoseWithoutSharesLast() {
        FairTree tree = FairTree.of(
                Map.of("a", Map.of("a1", 0.0, "a2", 50.0), "b", Map.of("b1", 1000.0)),
                Map.of("a", 0L, "b", 1L),
                Map.of("a1", 1L, "a2", 0L));
        assertThat(tree.factor("b", "b1")).isEqualTo(1.0);
        assertThat(tree.factor("a", "a1")).isEqualTo(2.0 / 3);
        assertThat(tree.factor("a", "a2")).isEqualTo(1.0 / 3);
    }

    @Test
    void shouldCountAUserOfTwoTeamsInEach() {
        FairTree tree = FairTree.of(Map.of("a", Map.of("ann", 1.0), "b", Map.of("ann", 3.0, "ben", 1.0)), EQUAL, EQUAL);
        assertThat(tree.factor("a", "ann")).isEqualTo(1.0);
        assertThat(tree.factor("b", "ben")).isEqualTo(2.0 / 3);
        assertThat(tree.factor("b", "ann")).isEqualTo(1.0 / 3);
    }

    @Test
    void shouldPutAnUnknownUserFirst() {
        FairTree tree = FairTree.of(Map.of("a", Map.of("ann", 1.0)), EQUAL, EQUAL);
        assertThat(tree.factor("a", "new")).isEqualTo(1.0);
        assertThat(FairTree.of(Map.of(), EQUAL, EQUAL).factor("a", "new")).isEqualTo(1.0);
    }
}
