package io.millrace.tracker.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchingTest {

    private static final Map<String, List<?>> RUN = Map.of(
            "metric.acc", List.of(0.5),
            "metric.nan", List.of(Double.NaN),
            "parameter.model", List.of("LinearRegression"),
            "tag.text", List.of("a\nß名😀"),
            "attribute.status", List.of("FINISHED"),
            "attribute.start_time", List.of(1234L),
            "dataset.name", List.of("train", "test"));

    private static boolean matches(String filter) {
        return Matching.matches(
                FilterParser.parse(Searched.RUNS, filter),
                field -> RUN.getOrDefault(field.kind().word() + "." + field.key(), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            metrics.acc = 0.5                                  | true
            metrics.acc != 0.5                                 | false
            metrics.acc < 0.51 AND metrics.acc > 0.49          | true
            metrics.acc <= 0.5 AND metrics.acc >= 0.5          | true
            metrics.acc > 0.5 OR metrics.acc < 0.5             | false
            metrics.nan = 0 OR metrics.nan < 1 OR metrics.nan > -1 | false
            metrics.nan != 0                                   | true
            metrics.none != 1                                  | false
            metrics.none IS NULL AND metrics.acc IS NOT NULL   | true
            params.model = 'linearregression'                  | false
            params.model ILIKE 'linearregression'              | true
            params.model LIKE 'linear%'                        | false
            params.model LIKE 'Linear%'                        | true
            params.model LIKE '%near%'                         | true
            params.model LIKE 'near'                           | false
            params.model LIKE 'Linear__gression'               | true
            params.model LIKE '%'                              | true
            params.none LIKE '%'                               | false
            params.none != 'x'                                 | false
            tags.text LIKE 'a_ß__'                             | true
            tags.text ILIKE '%SS%'                             | false
            status IN ('FAILED', 'FINISHED')                   | true
            status NOT IN ('FAILED', 'FINISHED')               | false
            run_name NOT IN ('x')                              | false
            start_time = 1234                                  | true
            datasets.name = 'test'                             | true
            datasets.name != 'test'                            | true
            datasets.name NOT IN ('test', 'train')             | false
            """)
    void shouldHold(String filter, boolean holds) {
        assertThat(matches(filter)).isEqualTo(holds);
    }

    @Test
    void shouldTakeLittleTimeForAPatternOfManyParts() {
        Filter filter = FilterParser.parse(Searched.RUNS, "params.p LIKE '" + "%a".repeat(500) + "b'");
        assertThat(Matching.matches(filter, field -> List.of("a".repeat(8000)))).isFalse();
    }
}
