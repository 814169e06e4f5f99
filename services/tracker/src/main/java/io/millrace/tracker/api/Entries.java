package io.millrace.tracker.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.tracker.domain.Limits;
import io.millrace.tracker.domain.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Params, metrics and tags that a caller of MLflow's API sends, checked in MLflow's words. */
final class Entries {

    private static final String SEE = " See the API docs for more information about request parameters.";
    private static final String NO_DOUBLE = "Please specify value as a valid double (64-bit floating point)";

    private Entries() {}

    /** @param path how messages call it: {@code metrics[3]}, or empty */
    static Measurement metric(JsonNode entry, String path) {
        String key = required(entry, "key", path);
        JsonNode value = entry.path("value");
        if (value.isMissingNode() || value.isNull()) {
            throw missing(path, "value");
        }
        JsonNode timestamp = entry.path("timestamp");
        if (timestamp.isMissingNode() || timestamp.isNull()) {
            throw missing(path, "timestamp");
        }
        String wrong = Limits.wrongWithName(key);
        if (wrong != null) {
            throw invalidValue(within(path, "name"), quoted(key), wrong);
        }
        Double number = number(value);
        if (number == null) {
            throw invalidValue(
                    within(path, "value"), value.toString(), "(timestamp=" + timestamp.asText() + "). " + NO_DOUBLE);
        }
        Long time = whole(timestamp);
        if (time == null || time < 0) {
            throw invalidValue(
                    within(path, "timestamp"),
                    timestamp.toString(),
                    "metric '" + key + "' (value=" + value.asText()
                            + "). Timestamp must be a nonnegative long (64-bit integer) ");
        }
        JsonNode stepNode = entry.path("step");
        Long step = stepNode.isMissingNode() || stepNode.isNull() ? Long.valueOf(0) : whole(stepNode);
        if (step == null) {
            throw invalidValue(
                    within(path, "step"),
                    stepNode.toString(),
                    "metric '" + key + "' (value=" + value.asText() + "). Step must be a valid long (64-bit integer).");
        }
        requireLength("Metric name", Limits.KEY, key);
        return new Measurement(key, number, step, time);
    }

    static Map.Entry<String, String> param(JsonNode entry, String path) {
        String key = required(entry, "key", path);
        requireName(within(path, "key"), key);
        requireLength("Param key", Limits.KEY, key);
        String value = text(entry, "value");
        requireLength("Param value", Limits.PARAM_VALUE, value);
        requireKept("Param value", value);
        return Map.entry(key, value);
    }

    static Map.Entry<String, String> tag(JsonNode entry, String path) {
        String key = required(entry, "key", path);
        requireName(within(path, "key"), key);
        requireLength(within(path, "key"), Limits.KEY, key);
        String value = text(entry, "value");
        requireLength(within(path, "value"), Limits.TAG_VALUE, value);
        requireKept(within(path, "value"), value);
        return Map.entry(key, value);
    }

    /** Of two with the same key the later one counts. */
    static Map<String, String> tags(JsonNode list) {
        Map<String, String> tags = new LinkedHashMap<>();
        int at = 0;
        for (JsonNode entry : list(list, "tags")) {
            Map.Entry<String, String> tag = tag(entry, "tags[" + at++ + "]");
            tags.put(tag.getKey(), tag.getValue());
        }
        return tags;
    }

    static List<Measurement> metrics(JsonNode list) {
        List<Measurement> metrics = new ArrayList<>();
        for (JsonNode entry : list(list, "metrics")) {
            metrics.add(metric(entry, "metrics[" + metrics.size() + "]"));
        }
        return metrics;
    }

    static Map<String, String> params(JsonNode list) {
        Map<String, String> params = new LinkedHashMap<>();
        List<String> twice = new ArrayList<>();
        int at = 0;
        for (JsonNode entry : list(list, "params")) {
            Map.Entry<String, String> param = param(entry, "params[" + at++ + "]");
            if (params.put(param.getKey(), param.getValue()) != null) {
                twice.add("'" + param.getKey() + "'");
            }
        }
        if (!twice.isEmpty()) {
            throw MlflowException.invalid("Duplicate parameter keys have been submitted: [" + String.join(", ", twice)
                    + "]. Please ensure the request contains only one param value per param key.");
        }
        return params;
    }

    static JsonNode list(JsonNode value, String name) {
        if (!value.isMissingNode() && !value.isNull() && !value.isArray()) {
            throw MlflowException.invalid("Invalid value " + value + " for parameter '" + name + "' supplied:  Hint:"
                    + " Value was of type '" + value.getNodeType().name().toLowerCase(Locale.ROOT) + "'."
                    + SEE);
        }
        return value;
    }

    /** Null if it is none. */
    private static @Nullable Double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isTextual()) {
            try {
                return Double.valueOf(value.textValue());
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }

    /** A whole number, also one in quotes; null if it is none. */
    static @Nullable Long whole(JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        if (value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue())) {
            return (long) value.doubleValue();
        }
        if (value.isTextual()) {
            try {
                return Long.valueOf(value.textValue());
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }

    private static String required(JsonNode entry, String name, String path) {
        String text = text(entry, name);
        if (text.isEmpty()) {
            throw missing(path, name);
        }
        return text;
    }

    private static String text(JsonNode entry, String name) {
        JsonNode value = entry.path(name);
        return value.isMissingNode() || value.isNull() ? "" : value.asText();
    }

    private static MlflowException missing(String path, String name) {
        return MlflowException.invalid("Missing value for required parameter '" + within(path, name) + "'." + SEE);
    }

    private static void requireName(String path, String key) {
        String wrong = Limits.wrongWithName(key);
        if (wrong != null) {
            throw invalidValue(path, quoted(key), wrong);
        }
    }

    static void requireLength(String what, int limit, String text) {
        if (Limits.length(text) > limit) {
            throw MlflowException.invalid(Limits.tooLong(what, limit));
        }
    }

    /** Not every database keeps every character. */
    static void requireKept(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw MlflowException.invalid("'" + what + "' has a character of value 0, which can't be kept");
        }
    }

    private static String within(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    static MlflowException invalidValue(String path, String value, String why) {
        return MlflowException.invalid("Invalid value " + value + " for parameter '" + path + "' supplied: " + why);
    }
}
