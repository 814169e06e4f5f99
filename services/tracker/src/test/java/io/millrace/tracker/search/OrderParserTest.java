package io.millrace.tracker.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.tracker.search.Field.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            metric.acc               | METRIC    | acc          | true
            metrics.acc ASC          | METRIC    | acc          | true
            metrics.acc   desc       | METRIC    | acc          | false
            metrics.`a b` DESC       | METRIC    | a b          | false
            "metrics"."a b" DESC     | METRIC    | a b          | false
            params."p.q"             | PARAM     | p.q          | true
            tags.mlflow.user DESC    | TAG       | mlflow.user  | false
            attributes.start_time    | ATTRIBUTE | start_time   | true
            Created DESC             | ATTRIBUTE | start_time   | false
            run_id                   | ATTRIBUTE | run_id       | true
            """)
    void shouldReadWhatRunsAreOrderedBy(String clause, Kind kind, String key, boolean ascending) {
        Order order = new Order(new Field(kind, key), ascending);
        assertThat(OrderParser.parse(Searched.RUNS, List.of(clause, order.text())))
                .containsExactly(order, order);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            RUNS        | metrics.acc SIDEWAYS   | Invalid ordering key in order_by clause 'metrics.acc SIDEWAYS'.
            RUNS        | metrics.acc ASC DESC   | Invalid order_by clause 'metrics.acc ASC DESC'. Could not be parsed.
            RUNS        | 5 ASC                  | Invalid order_by clause '5 ASC'. Could not be parsed.
            RUNS        | m.acc                  | Invalid entity type 'm'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']
            RUNS        | dataset.name           | Invalid order_by entity type 'dataset'
            EXPERIMENTS | tag.x                  | Invalid order_by entity: tag
            MODELS      | last_updated           | Invalid attribute key 'last_updated' specified. Valid keys are '{'creation_timestamp', 'last_updated_timestamp', 'name'}'
            """)
    void shouldRefuseAsMlflowDoes(Searched searched, String clause, String message) {
        assertThatExceptionOfType(SearchException.class)
                .isThrownBy(() -> OrderParser.parse(searched, List.of(clause)))
                .withMessage(message);
    }

    @Test
    void shouldRefuseAnEmptyOrder() {
        assertThatExceptionOfType(SearchException.class)
                .isThrownBy(() -> OrderParser.parse(Searched.RUNS, List.of("")))
                .withMessage("Invalid order_by clause ''. Could not be parsed.");
    }
}
