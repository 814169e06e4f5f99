package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolsTest {

    @Test
    void shouldMakeADefaultPool() {
        assertThat(Pools.assign(Map.of(), List.of())).containsExactly(Map.entry("default", 0));
    }

    @Test
    void shouldGiveEachNewPoolAPartitionOfItsOwn() {
        assertThat(Pools.text(Pools.assign(Map.of("old", 1), List.of("a", "b=5", "c"))))
                .isEqualTo("old=1,a=0,b=5,c=2");
    }

    @Test
    void shouldShareTheLeastUsedPartitionWhenAllAreTaken() {
        Map<String, Integer> pools =
                Pools.assign(Map.of(), List.of("a", "b", "c", "d", "e", "f", "g", "h", "i=0", "j"));
        assertThat(pools).containsEntry("h", 7).containsEntry("i", 0).containsEntry("j", 1);
    }

    @Test
    void shouldKeepThePartitionOfAPoolThatHasALog() {
        assertThat(Pools.assign(Map.of("a", 3), List.of("a"))).containsExactly(Map.entry("a", 3));
        assertThatThrownBy(() -> Pools.assign(Map.of("a", 3), List.of("a=4")))
                .hasMessage("pool a has its log in partition 3 and can't move to 4; leave the partition out");
    }

    @Test
    void shouldRefuseAPartitionThatIsNone() {
        assertThatThrownBy(() -> Pools.assign(Map.of(), List.of("a=8")))
                .hasMessage("pool a: the partition is a number from 0 to 7, not '8'");
        assertThatThrownBy(() -> Pools.assign(Map.of(), List.of("a=x"))).hasMessageContaining("not 'x'");
    }

    @Test
    void shouldRefuseANameThatWouldNotTravel() {
        assertThatThrownBy(() -> Pools.assign(Map.of(), List.of("a,b")))
                .hasMessageStartingWith("'a,b' is no name for a pool");
    }
}
