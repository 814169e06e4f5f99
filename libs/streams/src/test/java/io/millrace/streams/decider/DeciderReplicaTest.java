package io.millrace.streams.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.decider.DeciderReplica.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeciderReplicaTest {

    private int decoded;
    private final DeciderReplica<String, List<String>> replica = new DeciderReplica<>(
            bytes -> {
                decoded++;
                return new String(bytes, StandardCharsets.UTF_8);
            },
            List::copyOf);

    private void write(String key, @Nullable String value) {
        replica.apply(key.replace('/', '\u0000'), value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldShowNothingOfATransactionBeforeItsOffset() {
        write("x/a", "1");
        assertThat(replica.of("x")).isNull();
        write("x/offset", "3");
        write("x/b", "2");
        write("x/a", null);
        assertThat(replica.of("x")).isEqualTo(new Snapshot<>(List.of("1"), 3));
        write("x/offset", "7");
        assertThat(replica.of("x")).isEqualTo(new Snapshot<>(List.of("2"), 7));
    }

    @Test
    void shouldKeepDecidersApart() {
        write("y/a", "1");
        write("x/a", "2");
        write("x/offset", "5");
        assertThat(replica.of("x")).isEqualTo(new Snapshot<>(List.of("2"), 5));
        assertThat(replica.of("y")).isNull();
        assertThat(replica.of("z")).isNull();
        assertThat(replica.keys()).containsExactly("x", "y");
        replica.clear();
        assertThat(replica.keys()).isEmpty();
    }

    @Test
    void shouldDecodeWhatChangedAndOnlyWhenAsked() {
        write("x/a", "1");
        write("x/b", "1");
        write("x/offset", "1");
        write("x/a", "2");
        write("x/offset", "2");
        assertThat(decoded).isZero();
        assertThat(replica.of("x")).isSameAs(replica.of("x")).isEqualTo(new Snapshot<>(List.of("2", "1"), 2));
        assertThat(decoded).isEqualTo(2);
        write("x/b", "3");
        write("x/offset", "4");
        assertThat(replica.of("x")).isEqualTo(new Snapshot<>(List.of("2", "3"), 4));
        assertThat(decoded).isEqualTo(3);
    }

    @Test
    void shouldRefuseAKeyThatIsNoEntitys() {
        assertThatThrownBy(() -> write("x", "1")).hasMessage("no key of an entity: x");
    }
}
