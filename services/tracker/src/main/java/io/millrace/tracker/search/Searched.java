package io.millrace.tracker.search;

import io.millrace.tracker.search.Field.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What can be searched, and by which fields. */
public enum Searched {
    RUNS(
            Set.of("artifact_uri", "run_id", "run_name", "status", "user_id"),
            Set.of("end_time", "start_time"),
            Set.of("artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id")),
    EXPERIMENTS(
            Set.of("experiment_id", "name"),
            Set.of("creation_time", "last_update_time"),
            Set.of("creation_time", "experiment_id", "last_update_time", "name")),
    MODELS(Set.of("name"), Set.of(), Set.of("creation_timestamp", "last_updated_timestamp", "name")),
    MODEL_VERSIONS(
            Set.of("name", "run_id", "source_path"),
            Set.of("creation_timestamp", "last_updated_timestamp", "version_number"),
            Set.of("creation_timestamp", "last_updated_timestamp", "name", "version_number"));

    private static final Map<String, Kind> WORDS = Map.ofEntries(
            Map.entry("metric", Kind.METRIC),
            Map.entry("metrics", Kind.METRIC),
            Map.entry("parameter", Kind.PARAM),
            Map.entry("parameters", Kind.PARAM),
            Map.entry("param", Kind.PARAM),
            Map.entry("params", Kind.PARAM),
            Map.entry("tag", Kind.TAG),
            Map.entry("tags", Kind.TAG),
            Map.entry("attribute", Kind.ATTRIBUTE),
            Map.entry("attributes", Kind.ATTRIBUTE),
            Map.entry("attr", Kind.ATTRIBUTE),
            Map.entry("run", Kind.ATTRIBUTE),
            Map.entry("dataset", Kind.DATASET),
            Map.entry("datasets", Kind.DATASET));

    /** Of what isn't a run only these. */
    private static final List<String> FEW_WORDS = List.of("attribute", "tag", "tags");

    private static final Map<String, String> OTHER_NAMES_OF_RUNS = Map.of(
            "created", "start_time",
            "Created", "start_time",
            "run name", "run_name",
            "Run name", "run_name",
            "Run Name", "run_name");

    private static final Map<String, String> OTHER_NAMES_OF_MODELS = Map.of("timestamp", "last_updated_timestamp");

    private static final Set<String> DATASET_KEYS = Set.of("context", "digest", "name");

    private final Set<String> texts;
    private final Set<String> numbers;
    private final Set<String> ordered;

    Searched(Set<String> texts, Set<String> numbers, Set<String> ordered) {
        this.texts = texts;
        this.numbers = numbers;
        this.ordered = ordered;
    }

    /** Whether the field is compared with numbers. */
    public boolean isNumber(Field field) {
        return switch (field.kind()) {
            case METRIC -> true;
            case ATTRIBUTE -> numbers.contains(field.key());
            case PARAM, TAG, DATASET -> false;
        };
    }

    /** The field of a filter, from what stands left and right of its first dot. */
    Field filtered(String written) {
        Set<String> keys = new TreeSet<>(texts);
        keys.addAll(numbers);
        return field(written, keys);
    }

    /** The field of an order. */
    Field ordered(String written) {
        Field field = field(written, ordered);
        boolean possible = this == RUNS ? field.kind() != Kind.DATASET : field.kind() == Kind.ATTRIBUTE;
        if (!possible) {
            throw new SearchException(
                    this == RUNS
                            ? "Invalid order_by entity type '" + field.kind().word() + "'"
                            : "Invalid order_by entity: " + field.kind().word());
        }
        return field;
    }

    private Field field(String written, Set<String> attributes) {
        int dot = firstDot(written);
        Kind kind = dot < 0 ? Kind.ATTRIBUTE : kind(written.substring(0, dot));
        String key = Quoted.content(written.substring(dot + 1));
        if (kind == Kind.ATTRIBUTE) {
            String name = otherNames().getOrDefault(key, key);
            if (!attributes.contains(name)) {
                throw new SearchException(
                        "Invalid attribute key '" + key + "' specified. Valid keys are '" + braced(attributes) + "'");
            }
            return new Field(kind, name);
        }
        if (kind == Kind.DATASET && !DATASET_KEYS.contains(key)) {
            throw new SearchException(
                    "Invalid dataset key '" + key + "' specified. Valid keys are '" + braced(DATASET_KEYS) + "'");
        }
        return new Field(kind, key);
    }

    private Map<String, String> otherNames() {
        return switch (this) {
            case RUNS -> OTHER_NAMES_OF_RUNS;
            case MODELS -> OTHER_NAMES_OF_MODELS;
            case EXPERIMENTS, MODEL_VERSIONS -> Map.of();
        };
    }

    private Kind kind(String written) {
        String word = Quoted.content(written);
        Kind kind = WORDS.get(word);
        if (this == RUNS) {
            if (kind == null) {
                List<String> words = Arrays.stream(Kind.values())
                        .map(one -> "'" + one.word() + "'")
                        .toList();
                throw new SearchException("Invalid entity type '" + word + "'. Valid values are " + words);
            }
            return kind;
        }
        if (kind == null || !FEW_WORDS.contains(word)) {
            throw new SearchException(
                    "Invalid entity type '" + word + "'. Valid entity types are ('attribute', 'tag', 'tags')");
        }
        return kind;
    }

    private static int firstDot(String written) {
        char quote = written.isEmpty() ? ' ' : written.charAt(0);
        if (quote != '`' && quote != '"') {
            return written.indexOf('.');
        }
        int end = written.indexOf(quote, 1);
        return end + 1 < written.length() && written.charAt(end + 1) == '.' ? end + 1 : -1;
    }

    private static String braced(Set<String> keys) {
        StringBuilder text = new StringBuilder();
        for (String key : new TreeSet<>(keys)) {
            text.append(text.isEmpty() ? "{'" : ", '").append(key).append('\'');
        }
        return text.append('}').toString();
    }
}
