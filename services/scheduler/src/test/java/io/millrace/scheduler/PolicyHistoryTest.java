package io.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.scheduler.codec.PolicyDocument;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyHistoryTest {

    private static final List<String> POOLS = List.of("a", "b");

    private final PolicyHistory history = new PolicyHistory();

    private void adopt(String actor, String document, List<String> pools) {
        PolicyAdopted adopted = new PolicyAdopted("scheduling", document, PolicyDocument.sha256(document), pools, null);
        history.take(new PolicyEvent("e", Instant.EPOCH, actor, adopted));
    }

    @Test
    void shouldAdoptTheFileOnceAndWheneverItChanged() {
        assertThat(history.due("one", POOLS)).isEqualTo("one");
        adopt("deployment", "one", POOLS);
        assertThat(history.due("one", POOLS)).isNull();
        assertThat(history.due("two", POOLS)).isEqualTo("two");
        adopt("deployment", "two", POOLS);
        assertThat(history.due("one", POOLS)).isEqualTo("one");
    }

    @Test
    void shouldNotUndoAtAStartWhatAnAdministratorAdopted() {
        adopt("deployment", "one", POOLS);
        adopt("user:root", "better", POOLS);
        assertThat(history.due("one", POOLS)).isNull();
        assertThat(history.due("two", POOLS)).isEqualTo("two");
    }

    @Test
    void shouldTellAPoolThatCameSinceWhatIsInForce() {
        adopt("deployment", "one", POOLS);
        assertThat(history.due("one", List.of("a", "b", "c"))).isEqualTo("one");
        adopt("user:root", "better", POOLS);
        assertThat(history.due("one", List.of("a", "b", "c"))).isEqualTo("better");
    }

    @Test
    void shouldAdoptTheFileWhereOnlyOthersAdoptedAny() {
        adopt("user:root", "one", POOLS);
        history.take(new PolicyEvent(
                "o", Instant.EPOCH, "user:root", new PriorityOverridden("j", "a", "user:root", "token", "why")));
        assertThat(history.due("one", POOLS)).isEqualTo("one");
    }
}
