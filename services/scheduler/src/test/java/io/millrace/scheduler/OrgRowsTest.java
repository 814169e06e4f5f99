package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.org.OrgEvent;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrgRowsTest {

    private static final List<String> POOLS = List.of("a", "b");
    private static final Member TEAM =
            new Member.Team("vision", 2, null, new TreeSet<>(Set.of(JobType.RESEARCH, JobType.SWEEP)), true);
    private static final Member USER = new Member.User("ada", 1, 7);

    private final OrgRows rows = new OrgRows();

    private void say(String key, Member member, List<String> pools) {
        say("deployment", key, member, pools);
    }

    private void say(String actor, String key, Member member, List<String> pools) {
        rows.take(key, new OrgEvent("e", Instant.EPOCH, actor, MemberCodec.payload(member, pools, null)));
    }

    @BeforeEach
    void sayBoth() {
        say("team/vision", TEAM, POOLS);
        say("user/ada", USER, POOLS);
    }

    @Test
    void shouldTellAllOfWhomNothingIsKnown() {
        assertThat(new OrgRows().due(List.of(TEAM, USER), POOLS)).containsExactly(TEAM, USER);
        assertThat(new OrgRows().changed(List.of(TEAM, USER))).containsExactly(TEAM, USER);
    }

    @Test
    void shouldTellNothingTwice() {
        assertThat(rows.due(List.of(TEAM, USER), POOLS)).isEmpty();
        assertThat(rows.due(List.of(), POOLS)).isEmpty();
        assertThat(rows.changed(List.of(TEAM, USER))).isEmpty();
    }

    @Test
    void shouldTellWhatChangedAndNoMore() {
        Member senior = new Member.User("ada", 1, 8);
        assertThat(rows.due(List.of(TEAM, senior), POOLS)).containsExactly(senior);
        say("user/ada", senior, POOLS);
        assertThat(rows.due(List.of(TEAM, senior), POOLS)).isEmpty();
        assertThat(rows.due(List.of(TEAM, USER), POOLS)).containsExactly(USER);
    }

    @Test
    void shouldNotUndoAtAStartWhatAnAdministratorSaid() {
        Member senior = new Member.User("ada", 1, 8);
        say("user:root", "user/ada", senior, POOLS);
        assertThat(rows.due(List.of(TEAM, USER), POOLS)).isEmpty();
        assertThat(rows.changed(List.of(TEAM, USER))).containsExactly(USER);
        assertThat(rows.changed(List.of(TEAM, senior))).isEmpty();
        Member junior = new Member.User("ada", 1, 1);
        assertThat(rows.due(List.of(TEAM, junior), POOLS))
                .as("the file changed")
                .containsExactly(junior);
    }

    @Test
    void shouldTellAPoolThatCameSinceWhatIsInForce() {
        assertThat(rows.due(List.of(TEAM, USER), List.of("b", "c"))).containsExactly(TEAM, USER);
        assertThat(rows.due(List.of(TEAM, USER), List.of("b"))).isEmpty();
        Member senior = new Member.User("ada", 1, 8);
        say("user:root", "user/ada", senior, POOLS);
        assertThat(rows.due(List.of(TEAM, USER), List.of("b", "c"))).containsExactly(TEAM, senior);
        assertThat(rows.due(List.of(), List.of("b", "c"))).containsExactly(TEAM, senior);
    }

    @Test
    void shouldNotBelieveWhatNoPoolTookIn() {
        say("user/ada", new Member.User("ada", -1, 7), POOLS);
        say("user/eve", new Member.User("ada", 5, 7), POOLS);
        assertThat(rows.due(List.of(USER), POOLS)).isEmpty();
    }
}
