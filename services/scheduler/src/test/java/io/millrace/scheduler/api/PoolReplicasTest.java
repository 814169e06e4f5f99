package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.scheduler.api.PoolReplicas.Snapshot;
import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.Node;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PoolReplicasTest {

    private final PoolReplicas replicas = new PoolReplicas();

    private void node(String pool, String nodeId, int gpus) {
        NodeEntity node =
                new NodeEntity(new Node(nodeId, gpus, "V100", Node.Health.UP, 0, "event", "event", null, null, 0));
        replicas.apply(pool + '\u0000' + node.key(), StateCodec.bytes(node));
    }

    private void gone(String pool, String nodeId) {
        replicas.apply(pool + "\u0000node/" + nodeId, null);
    }

    private void offset(String pool, long offset) {
        replicas.apply(pool + "\u0000offset", Long.toString(offset).getBytes(StandardCharsets.UTF_8));
    }

    private Snapshot snapshot(String pool) {
        return Objects.requireNonNull(replicas.of(pool));
    }

    private List<String> nodes(String pool) {
        return snapshot(pool).pool().nodes().stream()
                .map(node -> node.id() + " " + node.gpus())
                .toList();
    }

    @Test
    void shouldShowNothingOfATransactionBeforeItsOffset() {
        node("a", "n-1", 8);
        assertThat(replicas.of("a")).isNull();
        offset("a", 3);
        node("a", "n-2", 4);
        gone("a", "n-1");
        assertThat(nodes("a")).containsExactly("n-1 8");
        assertThat(snapshot("a").offset()).isEqualTo(3);
        offset("a", 7);
        assertThat(nodes("a")).containsExactly("n-2 4");
        assertThat(snapshot("a").offset()).isEqualTo(7);
    }

    @Test
    void shouldKeepPoolsApart() {
        node("b", "n-1", 8);
        node("a", "n-1", 4);
        offset("a", 5);
        assertThat(nodes("a")).containsExactly("n-1 4");
        assertThat(replicas.of("b")).isNull();
        assertThat(replicas.of("c")).isNull();
        assertThat(replicas.names()).containsExactly("a", "b");
        replicas.clear();
        assertThat(replicas.names()).isEmpty();
    }

    @Test
    void shouldLeaveWhoeverReadsWithWhatHeHas() {
        node("a", "n-1", 8);
        node("a", "n-2", 8);
        offset("a", 1);
        Snapshot before = snapshot("a");
        assertThat(replicas.of("a")).isSameAs(before);
        node("a", "n-1", 2);
        offset("a", 2);
        assertThat(nodes("a")).containsExactly("n-1 2", "n-2 8");
        assertThat(before.pool().nodes()).extracting(Node::gpus).containsExactly(8, 8);
    }

    @Test
    void shouldRefuseAKeyThatIsNoEntitys() {
        assertThatThrownBy(() -> replicas.apply("a", new byte[0])).hasMessage("no key of an entity: a");
    }
}
