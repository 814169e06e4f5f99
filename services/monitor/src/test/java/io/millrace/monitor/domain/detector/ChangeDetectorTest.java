package io.millrace.monitor.domain.detector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.monitor.Fixtures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChangeDetectorTest {

    private static final Map<String, Supplier<ChangeDetector>> DETECTORS = Map.of(
            "adwin",
            Adwin::new,
            "adwin_0.1",
            () -> new Adwin(0.1),
            "page_hinkley",
            PageHinkley::new,
            "page_hinkley_20_0.05_5",
            () -> new PageHinkley(20, 0.05, 5),
            "ddm",
            Ddm::new,
            "ddm_100_1_2",
            () -> new Ddm(100, 1, 2));

    static Stream<Arguments> streams() {
        return StreamSupport.stream(Fixtures.statistics().get("streams").spliterator(), false)
                .flatMap(stream -> stream.get("found")
                        .propertyStream()
                        .map(found -> Arguments.of(
                                stream.get("name").asText(),
                                found.getKey(),
                                Fixtures.doubles(stream.get("values")),
                                found.getValue())));
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("streams")
    void shouldSayWhatRiverSays(String stream, String name, double[] values, JsonNode found) {
        ChangeDetector detector = Objects.requireNonNull(DETECTORS.get(name)).get();
        List<Long> drifts = new ArrayList<>();
        List<Long> warnings = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            switch (detector.update(values[i])) {
                case DRIFT -> drifts.add((long) i);
                case WARNING -> warnings.add((long) i);
                case NONE -> {}
            }
        }
        assertThat(drifts).containsExactly(boxed(found.get("drifts")));
        assertThat(warnings).containsExactly(boxed(found.get("warnings")));
    }

    @Test
    void shouldKeepAdwinsWindowShortAfterADrift() {
        Adwin adwin = new Adwin();
        for (int i = 0; i < 1000; i++) {
            adwin.update(i % 2);
        }
        assertThat(adwin.width()).isEqualTo(1000);
        assertThat(adwin.mean()).isEqualTo(0.5);
    }

    /** River's answers on the same stream. */
    @Test
    void shouldFindTheChangesOfAConcept() {
        int[] errors = Fixtures.seaErrors();
        assertThat(drifts(new Adwin(), errors)).containsExactly(7167, 34015);
        assertThat(drifts(new PageHinkley(), errors)).containsExactly(7204, 17650, 32714);
        assertThat(drifts(new Ddm(), errors)).containsExactly(316, 573, 791, 7819);
    }

    private static List<Integer> drifts(ChangeDetector detector, int[] errors) {
        List<Integer> drifts = new ArrayList<>();
        for (int i = 0; i < errors.length; i++) {
            if (detector.update(errors[i]) == Change.DRIFT) {
                drifts.add(i);
            }
        }
        return drifts;
    }

    @Test
    void shouldGoOnWithWhatItRemembered() {
        Random random = new Random(1);
        ChangeDetector[] through = {new Adwin(), new Ddm(), new PageHinkley()};
        ChangeDetector[] resumed = {new Adwin(), new Ddm(), new PageHinkley()};
        for (int i = 0; i < 4000; i++) {
            double error = random.nextDouble() < (i < 2000 ? 0.1 : 0.4) ? 1 : 0;
            for (int k = 0; k < 3; k++) {
                resumed[k] = switch (resumed[k]) {
                    case Adwin adwin -> Adwin.of(adwin.state());
                    case Ddm ddm -> Ddm.of(ddm.state());
                    case PageHinkley hinkley -> PageHinkley.of(hinkley.state());
                };
                assertThat(resumed[k].update(error)).isEqualTo(through[k].update(error));
            }
        }
    }

    private static Long[] boxed(JsonNode values) {
        return Arrays.stream(Fixtures.longs(values)).boxed().toArray(Long[]::new);
    }
}
