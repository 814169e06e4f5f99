package io.millrace.tracker.api;

import io.millrace.tracker.domain.registry.ModelRegistry;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegisteredModel;
import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.FilterParser;
import io.millrace.tracker.search.Matching;
import io.millrace.tracker.search.Order;
import io.millrace.tracker.search.OrderParser;
import io.millrace.tracker.search.Searched;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Searches of the registry, which lies in memory. */
final class ModelSearch {

    /** A version and whose it is. */
    record Found(RegisteredModel model, ModelVersion version) {}

    /** Prompts are kept as models with this tag; who does not ask for them does not see them. */
    private static final String PROMPT = "mlflow.prompt.is_prompt";

    private static final List<String> NEWEST_FIRST =
            List.of("last_updated_timestamp DESC", "name ASC", "version_number DESC");

    private ModelSearch() {}

    static List<RegisteredModel> models(ModelRegistry registry, String filter, List<String> orderBy) {
        Filter wanted = FilterParser.parse(Searched.MODELS, filter);
        Comparator<RegisteredModel> order = comparator(
                OrderParser.parse(Searched.MODELS, orderBy),
                ModelSearch::values,
                Comparator.comparing(RegisteredModel::name));
        boolean prompts = asksForPrompts(wanted);
        return registry.models().stream()
                .filter(model -> prompts || !"true".equals(model.tags().get(PROMPT)))
                .filter(model -> Matching.matches(wanted, field -> values(model, field)))
                .sorted(order)
                .toList();
    }

    static List<Found> versions(ModelRegistry registry, String filter, List<String> orderBy) {
        Filter wanted = FilterParser.parse(Searched.MODEL_VERSIONS, filter);
        Comparator<Found> order = comparator(
                OrderParser.parse(Searched.MODEL_VERSIONS, orderBy.isEmpty() ? NEWEST_FIRST : orderBy),
                ModelSearch::values,
                Comparator.comparing((Found found) -> found.model().name())
                        .thenComparing(found -> -found.version().number()));
        return registry.models().stream()
                .flatMap(model -> model.versions().stream().map(version -> new Found(model, version)))
                .filter(found -> Matching.matches(wanted, field -> values(found, field)))
                .sorted(order)
                .toList();
    }

    private static boolean asksForPrompts(Filter filter) {
        return switch (filter) {
            case Filter.And(List<Filter> filters) -> filters.stream().anyMatch(ModelSearch::asksForPrompts);
            case Filter.Or(List<Filter> filters) -> filters.stream().anyMatch(ModelSearch::asksForPrompts);
            case Filter.NumberComparison comparison -> isPrompt(comparison.field());
            case Filter.TextComparison comparison -> isPrompt(comparison.field());
            case Filter.In in -> isPrompt(in.field());
            case Filter.NotIn notIn -> isPrompt(notIn.field());
            case Filter.Missing missing -> isPrompt(missing.field());
            case Filter.Present present -> isPrompt(present.field());
        };
    }

    private static boolean isPrompt(Field field) {
        return field.kind() == Field.Kind.TAG && field.key().equals(PROMPT);
    }

    private static List<?> values(RegisteredModel model, Field field) {
        if (field.kind() == Field.Kind.TAG) {
            return tag(model.tags(), field.key());
        }
        return switch (field.key()) {
            case "name" -> List.of(model.name());
            case "creation_timestamp" -> List.of(model.createdAt());
            case "last_updated_timestamp" -> List.of(model.updatedAt());
            default -> List.of();
        };
    }

    private static List<?> values(Found found, Field field) {
        ModelVersion version = found.version();
        if (field.kind() == Field.Kind.TAG) {
            return tag(version.tags(), field.key());
        }
        return switch (field.key()) {
            case "name" -> List.of(found.model().name());
            case "version_number" -> List.of(version.number());
            case "run_id" -> Stream.ofNullable(version.runId()).toList();
            case "source_path" -> List.of(version.source());
            case "creation_timestamp" -> List.of(version.createdAt());
            case "last_updated_timestamp" -> List.of(version.updatedAt());
            default -> List.of();
        };
    }

    /** Clients ask for what is no prompt by {@code != 'true'}, and mean also what does not say whether it is one. */
    private static List<String> tag(Map<String, String> tags, String key) {
        String value = tags.get(key);
        if (value == null && key.equals(PROMPT)) {
            return List.of("false");
        }
        return value == null ? List.of() : List.of(value);
    }

    private interface Values<T> {
        List<?> of(T thing, Field field);
    }

    /**
     * All fields that can be ordered by are there, as texts or as numbers.
     *
     * @param last between those that the orders leave side by side
     */
    private static <T> Comparator<T> comparator(List<Order> orders, Values<T> values, Comparator<T> last) {
        Comparator<T> all = last;
        for (Order order : orders.reversed()) {
            Function<T, Object> value = thing -> values.of(thing, order.field()).getFirst();
            Comparator<T> one = (a, b) -> compare(value.apply(a), value.apply(b));
            all = (order.ascending() ? one : one.reversed()).thenComparing(all);
        }
        return all;
    }

    private static int compare(Object a, Object b) {
        return a instanceof Number first && b instanceof Number second
                ? Long.compare(first.longValue(), second.longValue())
                : a.toString().compareTo(b.toString());
    }
}
