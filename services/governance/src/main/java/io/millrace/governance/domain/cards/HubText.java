package io.millrace.governance.domain.cards;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A card as Hugging Face's Hub keeps it: Markdown, and before it the metadata that the Hub reads, as YAML. What is not
 * known is left out; a license that the Hub has no word for is {@code other} and named.
 */
public final class HubText {

    /** Of the licenses that the Hub knows those that have the same name elsewhere, in small letters. */
    private static final Set<String> LICENSES = Set.of(
            "afl-3.0",
            "agpl-3.0",
            "apache-2.0",
            "artistic-2.0",
            "bsd-2-clause",
            "bsd-3-clause",
            "bsd-3-clause-clear",
            "bsl-1.0",
            "cc-by-2.0",
            "cc-by-3.0",
            "cc-by-4.0",
            "cc-by-nc-2.0",
            "cc-by-nc-3.0",
            "cc-by-nc-4.0",
            "cc-by-nc-nd-3.0",
            "cc-by-nc-nd-4.0",
            "cc-by-nc-sa-2.0",
            "cc-by-nc-sa-3.0",
            "cc-by-nc-sa-4.0",
            "cc-by-nd-4.0",
            "cc-by-sa-3.0",
            "cc-by-sa-4.0",
            "cc0-1.0",
            "ecl-2.0",
            "epl-1.0",
            "epl-2.0",
            "eupl-1.1",
            "eupl-1.2",
            "gpl-2.0",
            "gpl-3.0",
            "isc",
            "lgpl-2.1",
            "lgpl-3.0",
            "mit",
            "mpl-2.0",
            "ms-pl",
            "ncsa",
            "ofl-1.1",
            "osl-3.0",
            "odbl",
            "pddl",
            "postgresql",
            "unlicense",
            "wtfpl",
            "zlib");

    private HubText() {}

    public static String of(ModelCard card) {
        StringBuilder yaml = new StringBuilder("---\n");
        Publishing publishing = card.publishing();
        if (publishing != null) {
            common(yaml, publishing);
            line(yaml, "pipeline_tag", publishing.task());
            line(yaml, "library_name", publishing.library());
        }
        line(yaml, "model_name", card.model());
        Origin origin = card.origin();
        if (origin != null) {
            list(
                    yaml,
                    "datasets",
                    origin.datasets().stream()
                            .filter(dataset -> dataset.use() == Origin.Use.TRAINING)
                            .map(Origin.DatasetUsed::name)
                            .distinct()
                            .toList());
        }
        if (publishing != null && publishing.task() != null) {
            results(yaml, card, publishing.task());
        }
        return yaml.append("---\n\n").append(MarkdownText.of(card.document())).toString();
    }

    public static String of(Datasheet sheet) {
        StringBuilder yaml = new StringBuilder("---\n");
        Publishing publishing = sheet.publishing();
        if (publishing != null) {
            common(yaml, publishing);
            list(yaml, "task_categories", publishing.task() == null ? List.of() : List.of(publishing.task()));
        }
        line(yaml, "pretty_name", sheet.name());
        return yaml.append("---\n\n").append(MarkdownText.of(sheet.document())).toString();
    }

    private static void common(StringBuilder yaml, Publishing publishing) {
        list(yaml, "language", publishing.languages());
        if (publishing.license() != null) {
            String license = publishing.license().toLowerCase(Locale.ROOT);
            boolean known = LICENSES.contains(license);
            line(yaml, "license", known ? license : "other");
            line(yaml, "license_name", known ? null : license.replaceAll("[^a-z0-9.]+", "-"));
        }
        list(yaml, "tags", publishing.tags());
    }

    /** What was measured, and on what; a task without any result is no entry of a model index. */
    private static void results(StringBuilder yaml, ModelCard card, String task) {
        List<String> results = new ArrayList<>();
        Origin origin = card.origin();
        if (origin != null) {
            List<Origin.DatasetUsed> judged = origin.datasets().stream()
                    .filter(dataset -> dataset.use() == Origin.Use.EVALUATION)
                    .toList();
            boolean one = judged.size() == 1;
            result(
                    results,
                    task,
                    one ? judged.getFirst().name() : "unknown",
                    one ? judged.getFirst().name() : "as the training run logged it",
                    origin.metrics());
        }
        Operation operation = card.operation();
        if (operation != null) {
            result(results, task, "production", "in service until " + operation.until(), operation.quality());
        }
        if (!results.isEmpty()) {
            yaml.append("model-index:\n- name: ").append(quoted(card.model())).append("\n  results:\n");
            results.forEach(yaml::append);
        }
    }

    private static void result(
            List<String> results, String task, String type, String name, Map<String, Double> metrics) {
        StringBuilder values = new StringBuilder();
        metrics.forEach((metric, value) -> {
            if (Double.isFinite(value)) {
                values.append("    - type: ").append(quoted(metric)).append("\n      value: ");
                values.append(value).append('\n');
            }
        });
        if (!values.isEmpty()) {
            results.add("  - task:\n      type: " + quoted(task) + "\n    dataset:\n      type: " + quoted(type)
                    + "\n      name: " + quoted(name) + "\n    metrics:\n" + values);
        }
    }

    private static void line(StringBuilder yaml, String key, @Nullable String value) {
        if (value != null) {
            yaml.append(key).append(": ").append(quoted(value)).append('\n');
        }
    }

    private static void list(StringBuilder yaml, String key, List<String> values) {
        if (!values.isEmpty()) {
            yaml.append(key).append(":\n");
            values.forEach(value -> yaml.append("- ").append(quoted(value)).append('\n'));
        }
    }

    /** As YAML reads it back whatever it holds, and on one line. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(letter -> {
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append((char) letter);
            } else if (letter < 0x20
                    || letter >= 0x7f && letter < 0xa0
                    || letter == 0x2028
                    || letter == 0x2029
                    || letter == 0xfeff) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", letter));
            } else {
                quoted.append((char) letter);
            }
        });
        return quoted.append('"').toString();
    }
}
