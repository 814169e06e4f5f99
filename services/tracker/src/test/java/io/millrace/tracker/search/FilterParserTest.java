package io.millrace.tracker.search;

import static io.millrace.tracker.search.Field.Kind.ATTRIBUTE;
import static io.millrace.tracker.search.Field.Kind.DATASET;
import static io.millrace.tracker.search.Field.Kind.METRIC;
import static io.millrace.tracker.search.Field.Kind.PARAM;
import static io.millrace.tracker.search.Field.Kind.TAG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.millrace.tracker.search.Filter.And;
import io.millrace.tracker.search.Filter.In;
import io.millrace.tracker.search.Filter.Missing;
import io.millrace.tracker.search.Filter.NotIn;
import io.millrace.tracker.search.Filter.NumberComparison;
import io.millrace.tracker.search.Filter.Or;
import io.millrace.tracker.search.Filter.Present;
import io.millrace.tracker.search.Filter.TextComparison;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What MLflow's own client and server understand, and what they refuse. */
class FilterParserTest {

    private static NumberComparison metric(String key, Operator operator, double value) {
        return new NumberComparison(new Field(METRIC, key), operator, value);
    }

    private static TextComparison param(String key, Operator operator, String value) {
        return new TextComparison(new Field(PARAM, key), operator, value);
    }

    private static TextComparison tag(String key, Operator operator, String value) {
        return new TextComparison(new Field(TAG, key), operator, value);
    }

    private static TextComparison attribute(String key, Operator operator, String value) {
        return new TextComparison(new Field(ATTRIBUTE, key), operator, value);
    }

    static Stream<Arguments> filters() {
        return Stream.of(
                arguments("", Filter.ALL),
                arguments("  ", Filter.ALL),
                arguments("metric.acc >= 0.94", metric("acc", Operator.AT_LEAST, 0.94)),
                arguments("metric.acc>=100", metric("acc", Operator.AT_LEAST, 100)),
                arguments("metrics.loss < -1.5e-3", metric("loss", Operator.LESS, -0.0015)),
                arguments("metrics.loss < .5", metric("loss", Operator.LESS, 0.5)),
                arguments("params.m!='tf'", param("m", Operator.NOT_EQUAL, "tf")),
                arguments("params.\"m\"!=\"tf\"", param("m", Operator.NOT_EQUAL, "tf")),
                arguments("metric.\"legit name\" >= 0.243", metric("legit name", Operator.AT_LEAST, 0.243)),
                arguments("metrics.XYZ = 3", metric("XYZ", Operator.EQUAL, 3)),
                arguments("params.\"cat dog\" = \"pets\"", param("cat dog", Operator.EQUAL, "pets")),
                arguments("metrics.\"X-Y-Z\" = 3", metric("X-Y-Z", Operator.EQUAL, 3)),
                arguments("metrics.\"X//Y#$$@&Z\" = 3", metric("X//Y#$$@&Z", Operator.EQUAL, 3)),
                arguments("params.model = 'LinearRegression'", param("model", Operator.EQUAL, "LinearRegression")),
                arguments(
                        "metrics.rmse < 1 and params.model_class = 'LR'",
                        new And(List.of(metric("rmse", Operator.LESS, 1), param("model_class", Operator.EQUAL, "LR")))),
                arguments("`metric`.a >= 0.1", metric("a", Operator.AT_LEAST, 0.1)),
                arguments("`params`.model LIKE 'LR%'", param("model", Operator.LIKE, "LR%")),
                arguments("parameters.model ilike 'lr'", param("model", Operator.ILIKE, "lr")),
                arguments("tags.version = 'commit-hash'", tag("version", Operator.EQUAL, "commit-hash")),
                arguments("`tags`.source_name = 'a notebook'", tag("source_name", Operator.EQUAL, "a notebook")),
                arguments("tags.mlflow.source.name = \"it's\"", tag("mlflow.source.name", Operator.EQUAL, "it's")),
                arguments("tags.`mlflow.user` = 'ada'", tag("mlflow.user", Operator.EQUAL, "ada")),
                arguments("metrics.\"accuracy.2.0\" > 5", metric("accuracy.2.0", Operator.GREATER, 5)),
                arguments("metrics.`spacey name` > 5", metric("spacey name", Operator.GREATER, 5)),
                arguments("params.\"p.a.r.a.m\" != \"a\"", param("p.a.r.a.m", Operator.NOT_EQUAL, "a")),
                arguments("attribute.artifact_uri = '1/23/4'", attribute("artifact_uri", Operator.EQUAL, "1/23/4")),
                arguments("run.status = 'RUNNING'", attribute("status", Operator.EQUAL, "RUNNING")),
                arguments("status = 'RUNNING'", attribute("status", Operator.EQUAL, "RUNNING")),
                arguments("attr.`Run name` = 'x'", attribute("run_name", Operator.EQUAL, "x")),
                arguments("`run name` = 'x'", attribute("run_name", Operator.EQUAL, "x")),
                arguments(
                        "attribute.start_time >= 1234",
                        new NumberComparison(new Field(ATTRIBUTE, "start_time"), Operator.AT_LEAST, 1234)),
                arguments(
                        "Created < 1700000000123",
                        new NumberComparison(new Field(ATTRIBUTE, "start_time"), Operator.LESS, 1700000000123.0)),
                arguments(
                        "dataset.name = 'my_dataset'",
                        new TextComparison(new Field(DATASET, "name"), Operator.EQUAL, "my_dataset")),
                arguments(
                        "datasets.context NOT IN ('train', \"test\")",
                        new NotIn(new Field(DATASET, "context"), List.of("train", "test"))),
                arguments(
                        "attributes.run_id IN ('a','b', 'c')",
                        new In(new Field(ATTRIBUTE, "run_id"), List.of("a", "b", "c"))),
                arguments("run_id in ('a',)", new In(new Field(ATTRIBUTE, "run_id"), List.of("a"))),
                arguments("tags.t IS NULL", new Missing(new Field(TAG, "t"))),
                arguments("params.p is not null", new Present(new Field(PARAM, "p"))));
    }

    static Stream<Arguments> filtersBeyondMlflow() {
        return Stream.of(
                arguments("metrics.m IS NULL", new Missing(new Field(METRIC, "m"))),
                arguments("end_time IS NOT NULL", new Present(new Field(ATTRIBUTE, "end_time"))),
                arguments("params.p = 'it''s'", param("p", Operator.EQUAL, "it's")),
                arguments(
                        "status IN ('FAILED', 'KILLED')",
                        new In(new Field(ATTRIBUTE, "status"), List.of("FAILED", "KILLED"))),
                arguments(
                        "metrics.a > 1 OR metrics.b > 2 AND metrics.c > 3",
                        new Or(List.of(
                                metric("a", Operator.GREATER, 1),
                                new And(List.of(metric("b", Operator.GREATER, 2), metric("c", Operator.GREATER, 3)))))),
                arguments(
                        "(metrics.a > 1 OR metrics.b > 2) AND ((metrics.c > 3))",
                        new And(List.of(
                                new Or(List.of(metric("a", Operator.GREATER, 1), metric("b", Operator.GREATER, 2))),
                                metric("c", Operator.GREATER, 3)))));
    }

    @ParameterizedTest
    @MethodSource({"filters", "filtersBeyondMlflow"})
    void shouldRead(String text, Filter filter) {
        assertThat(FilterParser.parse(Searched.RUNS, text)).isEqualTo(filter);
        assertThat(FilterParser.parse(Searched.RUNS, filter.text())).isEqualTo(filter);
    }

    static Stream<Arguments> refused() {
        String clause = "Invalid clause(s) in filter string: '";
        String numbers = "not one of '{'!=', '<', '<=', '=', '>', '>='}'";
        String texts = "not one of '{'!=', '=', 'ILIKE', 'LIKE'}'";
        return Stream.of(
                arguments(
                        "metric.acc >= 0.94; metrics.rmse < 1",
                        "Search filter contained multiple expression 'metric.acc >= 0.94; metrics.rmse < 1'."
                                + " Provide AND-ed expression list."),
                arguments(
                        "m.acc >= 0.94",
                        "Invalid entity type 'm'. Valid values are"
                                + " ['metric', 'parameter', 'tag', 'attribute', 'dataset']"),
                arguments(
                        "acc >= 0.94",
                        "Invalid attribute key 'acc' specified. Valid keys are '{'artifact_uri', 'end_time', 'run_id',"
                                + " 'run_name', 'start_time', 'status', 'user_id'}'"),
                arguments(
                        "dataset.path = 'x'",
                        "Invalid dataset key 'path' specified. Valid keys are '{'context', 'digest', 'name'}'"),
                arguments("metrics.A > 0.1 NAND params.B = 'LR'", clause + "NAND params.B = 'LR''"),
                arguments("`metrics.A > 0.1", clause + "`metrics.A > 0.1'"),
                arguments("param`.A > 0.1", clause + "param`.A > 0.1'"),
                arguments("metrics.A", clause + "metrics.A'"),
                arguments("metrics.A >", clause + "metrics.A >'"),
                arguments("metrics.A > 0.1 AND", clause + "'. It ends where a clause is expected"),
                arguments("(metrics.A > 0.1", clause + "(metrics.A > 0.1'"),
                arguments("metrics.A > 0.1)", clause + ")'"),
                arguments("AND metrics.A > 0.1", clause + "AND metrics.A > 0.1'"),
                arguments("metrics.a-b > 0.1", clause + "metrics.a-b > 0.1'"),
                arguments("params.p = 'open", clause + "params.p = 'open'"),
                arguments("tags.t IS 'x'", clause + "tags.t IS 'x''"),
                arguments("1.0 > metrics.acc", "Invalid comparison clause. Expected 'Identifier' found '1.0'"),
                arguments("metric.acc >= '0.94'", "Expected numeric value type for metric. Found '0.94'"),
                arguments("metric.acc != metric.acc", "Expected numeric value type for metric. Found metric.acc"),
                arguments(
                        "start_time > 'now'",
                        "Expected numeric value type for numeric attribute: start_time. Found 'now'"),
                arguments(
                        "params.acc = LR",
                        "Parameter value is either not quoted or unidentified quote types used for string value LR."
                                + " Use either single or double quotes."),
                arguments(
                        "params.acc = `LR`",
                        "Parameter value is either not quoted or unidentified quote types used for string value `LR`."
                                + " Use either single or double quotes."),
                arguments(
                        "params.acc = 1",
                        "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"),
                arguments("tags.acc = 5", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"),
                arguments("attribute.status = 1", "Expected a quoted string value for attributes. Got value 1"),
                arguments("datasets.name = 1", "Expected a quoted string value for dataset attributes. Got value 1"),
                arguments("params.acc > 'LR'", "Invalid comparator '>' " + texts),
                arguments("params.model !== 'tf'", "Invalid comparator '!==' " + texts),
                arguments("params.model in ('tf')", "Invalid comparator 'IN' " + texts),
                arguments("metrics.acc ~ 1", "Invalid comparator '~' " + numbers),
                arguments("metrics.acc ! 1", "Invalid comparator '!' " + numbers),
                arguments("metrics.acc LIKE 1", "Invalid comparator 'LIKE' " + numbers),
                arguments(
                        "status > 'A'",
                        "Invalid comparator '>' not one of '{'!=', '=', 'ILIKE', 'LIKE', 'IN', 'NOT IN'}'"),
                arguments(
                        "run_id IN ()",
                        "While parsing a list in the query, expected a non-empty list of string values,"
                                + " but got empty list"),
                arguments(
                        "run_id IN ('a', 5)",
                        "While parsing a list in the query, expected string value, punctuation, or whitespace,"
                                + " but got different type in list: ('a', 5)"),
                arguments(
                        "run_id IN ('a' 'b')",
                        "While parsing a list in the query, expected a non-empty list of string values,"
                                + " but got ill-formed list."),
                arguments(
                        "run_id IN (,)",
                        "While parsing a list in the query, expected a non-empty list of string values,"
                                + " but got ill-formed list."));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void shouldRefuseAsMlflowDoes(String text, String message) {
        assertThatExceptionOfType(SearchException.class)
                .isThrownBy(() -> FilterParser.parse(Searched.RUNS, text))
                .withMessage(message);
    }

    @Test
    void shouldRefuseWhatIsNestedTooDeep() {
        String text = "(".repeat(50_000) + "metrics.a > 1" + ")".repeat(50_000);
        assertThatExceptionOfType(SearchException.class)
                .isThrownBy(() -> FilterParser.parse(Searched.RUNS, text))
                .withMessage("Invalid filter: more than 100 parentheses in one another");
    }

    @Test
    void shouldKnowTheFieldsOfWhatIsSearched() {
        assertThat(FilterParser.parse(Searched.EXPERIMENTS, "name ILIKE '%a%' AND creation_time > 5"))
                .isEqualTo(new And(List.of(
                        attribute("name", Operator.ILIKE, "%a%"),
                        new NumberComparison(new Field(ATTRIBUTE, "creation_time"), Operator.GREATER, 5))));
        assertThat(FilterParser.parse(Searched.MODELS, "name = 'm' and tags.`a b` = 'c'"))
                .isEqualTo(new And(List.of(attribute("name", Operator.EQUAL, "m"), tag("a b", Operator.EQUAL, "c"))));
        assertThat(FilterParser.parse(Searched.MODEL_VERSIONS, "version_number >= 2 AND run_id IN ('a')"))
                .isEqualTo(new And(List.of(
                        new NumberComparison(new Field(ATTRIBUTE, "version_number"), Operator.AT_LEAST, 2),
                        new In(new Field(ATTRIBUTE, "run_id"), List.of("a")))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            EXPERIMENTS    | metrics.a > 1  | Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')
            MODELS         | run_id = 'x'   | Invalid attribute key 'run_id' specified. Valid keys are '{'name'}'
            MODEL_VERSIONS | version = 'x'  | Invalid attribute key 'version' specified. Valid keys are '{'creation_timestamp', 'last_updated_timestamp', 'name', 'run_id', 'source_path', 'version_number'}'
            """)
    void shouldRefuseFieldsThatOthersHave(Searched searched, String text, String message) {
        assertThatExceptionOfType(SearchException.class)
                .isThrownBy(() -> FilterParser.parse(searched, text))
                .withMessage(message);
    }
}
