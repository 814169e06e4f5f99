package io.millrace.streams.decider;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StateHashTest {

    private final StateHash hash = new StateHash();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldBeZerosForNoEntities() {
        assertThat(hash.hex()).isEqualTo("0".repeat(64));
    }

    @Test
    void shouldBeTheSha256OfKeyAZeroByteAndEntityWhenThereIsOne() {
        hash.add("a", bytes("b"));
        // printf 'a\0b' | sha256sum
        assertThat(hash.hex()).isEqualTo("59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
    }

    @Test
    void shouldAddUpModulo2To256() {
        hash.add("a", bytes("b"));
        hash.add("c", bytes("d"));
        hash.add("e", bytes("f"));
        assertThat(hash.hex()).isEqualTo("b611b3725bd4d964c93a1f40f91ef7ae5b496835f300ed6caec72f02057507e4");
    }

    @Test
    void shouldNotDependOnTheOrder() {
        StateHash other = new StateHash();
        hash.add("a", bytes("1"));
        hash.add("b", bytes("2"));
        other.add("b", bytes("2"));
        other.add("a", bytes("1"));
        assertThat(hash.hex()).isEqualTo(other.hex());
    }

    @Test
    void shouldForgetWhatIsRemoved() {
        hash.add("a", bytes("1"));
        String before = hash.hex();
        for (int i = 0; i < 1000; i++) {
            hash.add("key" + i, bytes("value"));
        }
        for (int i = 999; i >= 0; i--) {
            hash.remove("key" + i, bytes("value"));
        }
        assertThat(hash.hex()).isEqualTo(before);
        hash.remove("a", bytes("1"));
        assertThat(hash.hex()).isEqualTo("0".repeat(64));
    }

    @Test
    void shouldTellKeyAndEntityApart() {
        StateHash other = new StateHash();
        hash.add("ab", bytes("c"));
        other.add("a", bytes("bc"));
        assertThat(hash.hex()).isNotEqualTo(other.hex());
    }
}
