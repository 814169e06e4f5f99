package io.millrace.tracker.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.SeededRandom;
import org.junit.jupiter.api.Test;

class FilterPropertiesTest {

    @Test
    void shouldReadWhatItWrites() {
        RandomFilters filters = new RandomFilters(SeededRandom.of("filters read back"));
        for (int i = 0; i < 20_000; i++) {
            Filter filter = filters.filter(4);
            assertThat(FilterParser.parse(Searched.RUNS, filter.text())).isEqualTo(filter);
        }
    }

    @Test
    void shouldAnswerWhateverIsWritten() {
        SeededRandom random = SeededRandom.of("filters cut and mixed");
        RandomFilters filters = new RandomFilters(random);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(filters.filter(2).text());
            for (int change = random.nextInt(4); change >= 0 && !text.isEmpty(); change--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, "'\"`();.,<>=~-1eA ".charAt(random.nextInt(17)));
                    default -> text.setLength(at);
                }
            }
            try {
                Filter filter = FilterParser.parse(Searched.RUNS, text.toString());
                assertThat(FilterParser.parse(Searched.RUNS, filter.text())).isEqualTo(filter);
            } catch (SearchException refused) {
                assertThat(refused).hasMessageMatching("(?s)(Invalid|Expected|Parameter|While|Search) .*");
            }
        }
    }
}
