package io.millrace.tracker.store;

import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunHead;
import io.millrace.tracker.domain.Said;
import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.Matching;
import io.millrace.tracker.search.Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Runs in the tables, and beside them what is known of them: what a search finds, and what it has to find. */
final class SearchedRuns {

    static final String EXPERIMENT = "searched";

    /** What is known of one run. */
    private record Known(String id, long start, Map<String, String> params, Map<String, Double> metrics) {}

    private final Database database;
    private final RunRows rows;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicLong offsets = new AtomicLong();

    SearchedRuns(Database database) {
        this.database = database;
        this.rows = new RunRows(database, new MetricKeys(database));
    }

    void begin(String id, long start, Map<String, String> params) {
        known.put(id, new Known(id, start, params, new ConcurrentHashMap<>()));
        rows.make(List.of(id));
        write(
                id,
                said(start, new RunFact.Started(EXPERIMENT, EXPERIMENT, id, "", null, null, null, Map.of(), null)),
                said(start, new RunFact.ParamsGiven(params)));
    }

    /** Each measurement is newer than the one before. */
    void measure(String id, Map<String, Double> values) {
        Objects.requireNonNull(known.get(id)).metrics().putAll(values);
        rows.keys().numbersOf(values.keySet());
        long time = offsets.incrementAndGet();
        List<Measurement> measured = new ArrayList<>();
        values.forEach((key, value) -> measured.add(new Measurement(key, value, 0, time)));
        write(id, said(time, new RunFact.Measured(measured)));
    }

    private Said said(long at, RunFact fact) {
        long offset = offsets.incrementAndGet();
        return new Said(offset, "event-" + offset, at, at, "user:test", fact);
    }

    private void write(String id, Said... said) {
        database.transaction(transaction -> {
            RunRows.Locked run = Objects.requireNonNull(rows.lock(transaction, id));
            RunHead before = run.image().head();
            rows.prepare(transaction, run, List.of(said));
            List.of(said).forEach(run.image()::apply);
            rows.save(transaction, run, before);
            return said.length;
        });
    }

    /** What the tables say. */
    List<String> found(Filter filter, List<Order> orders, int skipped, int most) {
        return database.reading(transaction -> {
            List<Long> numbers = RunSearch.find(
                    transaction,
                    rows.keys(),
                    List.of(EXPERIMENT),
                    RunSearch.Lifecycle.ACTIVE,
                    filter,
                    orders,
                    skipped,
                    most);
            return new RunViews(rows.keys())
                    .all(transaction, numbers).stream()
                            .map(run -> run.summary().runId())
                            .toList();
        });
    }

    /** What they should say. */
    List<String> expected(Filter filter, List<Order> orders, int skipped, int most) {
        Comparator<Known> by =
                Comparator.comparing(Known::start, Comparator.reverseOrder()).thenComparing(Known::id);
        for (Order order : orders.reversed()) {
            Comparator<Known> first = (one, other) -> compared(order, one, other);
            by = first.thenComparing(by);
        }
        return known.values().stream()
                .filter(run -> Matching.matches(filter, field -> values(run, field)))
                .sorted(by)
                .skip(skipped)
                .limit(most)
                .map(Known::id)
                .toList();
    }

    private static List<?> values(Known run, Field field) {
        Object value = field.kind() == Field.Kind.METRIC
                ? run.metrics().get(field.key())
                : run.params().get(field.key());
        return value == null ? List.of() : List.of(value);
    }

    /** Numbers, then what is none, then what is missing. */
    private static int compared(Order order, Known one, Known other) {
        Double first = one.metrics().get(order.field().key());
        Double second = other.metrics().get(order.field().key());
        int byKind = Integer.compare(kind(first), kind(second));
        if (byKind != 0 || kind(first) != 0) {
            return byKind;
        }
        int byValue = Double.compare(Objects.requireNonNull(first) + 0.0, Objects.requireNonNull(second) + 0.0);
        return order.ascending() ? byValue : -byValue;
    }

    private static int kind(@Nullable Double value) {
        return value == null ? 2 : value.isNaN() ? 1 : 0;
    }
}
