package io.millrace.tracker.search;

import io.millrace.testkit.SeededRandom;
import io.millrace.tracker.search.Field.Kind;
import java.util.List;
import java.util.stream.Stream;

/** Filters of all sorts, and texts that make trouble. */
final class RandomFilters {

    private static final List<String> TEXTS = List.of(
            "", "a", "A", "it's", "\"", "`", "a.b", "a b", "%", "_", "a%b_", "ä", "名", "AND", "(x)", "1", ";", ".");

    private static final List<String> RUN_ATTRIBUTES =
            List.of("status", "run_name", "run_id", "user_id", "artifact_uri");

    private final SeededRandom random;

    RandomFilters(SeededRandom random) {
        this.random = random;
    }

    Filter filter(int depth) {
        if (depth > 0 && random.onceIn(2)) {
            List<Filter> parts = Stream.generate(() -> filter(depth - 1))
                    .limit(2 + random.nextInt(2))
                    .toList();
            return random.nextBoolean() ? new Filter.And(parts) : new Filter.Or(parts);
        }
        return switch (random.nextInt(5)) {
            case 0 ->
                new Filter.NumberComparison(
                        number(),
                        random.pick(
                                Operator.EQUAL,
                                Operator.NOT_EQUAL,
                                Operator.LESS,
                                Operator.AT_MOST,
                                Operator.GREATER,
                                Operator.AT_LEAST),
                        random.pick(
                                0.0, -1.5, 1e300, 1e-300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1.7e12));
            case 1 ->
                new Filter.TextComparison(
                        text(),
                        random.pick(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LIKE, Operator.ILIKE),
                        random.pick(TEXTS));
            case 2 -> new Filter.In(listed(), List.of(random.pick(TEXTS), random.pick(TEXTS)));
            case 3 -> new Filter.NotIn(listed(), List.of(random.pick(TEXTS)));
            default -> random.nextBoolean() ? new Filter.Missing(text()) : new Filter.Present(number());
        };
    }

    private Field number() {
        return random.nextBoolean()
                ? new Field(Kind.METRIC, random.pick(TEXTS))
                : new Field(Kind.ATTRIBUTE, random.pick("start_time", "end_time"));
    }

    private Field text() {
        return random.nextBoolean() ? new Field(random.pick(Kind.PARAM, Kind.TAG), random.pick(TEXTS)) : listed();
    }

    private Field listed() {
        return random.nextBoolean()
                ? new Field(Kind.ATTRIBUTE, random.pick(RUN_ATTRIBUTES))
                : new Field(Kind.DATASET, random.pick("name", "digest", "context"));
    }
}
