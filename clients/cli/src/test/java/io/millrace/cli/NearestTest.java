package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({"gpus,gpus,0", "gpu,gpus,1", "taem,team,1", "limti,limit,1", "'',abc,3", "kitten,sitting,3"})
    void shouldCountWhatDiffers(String one, String other, int distance) {
        assertThat(Nearest.distance(one, other)).isEqualTo(distance);
        assertThat(Nearest.distance(other, one)).isEqualTo(distance);
    }

    @Test
    void shouldFindWhatWasMeant() {
        List<String> words = List.of("team", "tags", "gpus", "gpu_type");
        assertThat(Nearest.of("tag", words)).contains("tags");
        assertThat(Nearest.of("gputype", words)).contains("gpu_type");
        assertThat(Nearest.of("nothing", words)).isEmpty();
    }
}
