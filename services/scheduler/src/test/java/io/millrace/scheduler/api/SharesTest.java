package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolEntity.MemberEntity;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SharesTest {

    private static MemberEntity team(String name, int shares) {
        return new MemberEntity(new Member.Team(name, shares, null, new TreeSet<>(), false));
    }

    @Test
    void shouldDivideByTheSharesOfAllTeamsAndOfATeamsUsers() {
        Shares shares = Shares.of(List.of(
                Pool.restore(List.of(team("vision", 3), team("speech", 1), team("idle", 4))),
                Pool.restore(List.of(team("vision", 3), new MemberEntity(new Member.User("ada", 3, 2))))));
        assertThat(shares.ofTeam("vision", Set.of("vision", "speech"))).isEqualTo(0.375);
        assertThat(shares.ofTeam("unknown", Set.of("vision"))).isEqualTo(1.0 / 9);
        assertThat(shares.ofUser("ada", Set.of("ada", "bob"))).isEqualTo(0.75);
        assertThat(shares.ofUser("bob", Set.of("ada", "bob"))).isEqualTo(0.25);
    }

    @Test
    void shouldShareAlikeWhereNothingIsSaid() {
        assertThat(Shares.of(List.of()).ofTeam("a", Set.of("a", "b"))).isEqualTo(0.5);
    }

    @Test
    void shouldMakeAFactorOfTheUsageAndTheShare() {
        assertThat(Shares.factor(0.25, 0.25)).isEqualTo(0.5);
        assertThat(Shares.factor(0, 0)).isEqualTo(1);
        assertThat(Shares.factor(0.5, 0)).isEqualTo(0);
        Shares none = Shares.of(List.of(Pool.restore(List.of(team("none", 0)))));
        assertThat(none.ofTeam("none", Set.of())).isZero();
    }
}
