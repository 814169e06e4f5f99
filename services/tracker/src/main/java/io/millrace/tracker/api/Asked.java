package io.millrace.tracker.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a caller of MLflow's API said, in the body or in the address; what is unknown is left alone. */
final class Asked {

    private static final String SEE = " See the API docs for more information about request parameters.";

    private final JsonNode fields;

    private Asked(JsonNode fields) {
        this.fields = fields;
    }

    static Asked of(@Nullable JsonNode body) {
        if (body == null || body.isNull() || body.isMissingNode()) {
            return new Asked(JsonNodeFactory.instance.objectNode());
        }
        if (!body.isObject()) {
            throw new MlflowException(MlflowException.Code.BAD_REQUEST, "The body must be a JSON object.");
        }
        return new Asked(body);
    }

    static Asked of(MultivaluedMap<String, String> query) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        query.forEach((name, values) -> {
            if (values.size() == 1) {
                fields.put(name, values.getFirst());
            } else {
                values.forEach(fields.withArray(name)::add);
            }
        });
        return new Asked(fields);
    }

    /** Not empty. */
    String required(String name) {
        String text = optional(name);
        if (text == null || text.isEmpty()) {
            throw missing(name);
        }
        return text;
    }

    /** May be empty, and may be missing where it is. */
    String text(String name) {
        String text = optional(name);
        return text == null ? "" : text;
    }

    @Nullable
    String optional(String name) {
        JsonNode value = fields.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, value);
        }
        return value.textValue();
    }

    /** A number, also one in quotes. */
    int version() {
        JsonNode value = fields.path("version");
        String text = value.isIntegralNumber() ? value.asText() : required("version");
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw MlflowException.invalid("Parameter 'version' must be an integer, got '" + text + "'.");
        }
    }

    @Nullable
    Integer optionalVersion() {
        return fields.hasNonNull("version") ? (Integer) version() : null;
    }

    /** How many at once. */
    int maxResults(int usual, int most) {
        JsonNode value = fields.path("max_results");
        long asked = usual;
        if (!value.isMissingNode() && !value.isNull()) {
            try {
                asked = Long.parseLong(value.asText());
            } catch (NumberFormatException e) {
                throw wrong("max_results", value);
            }
        }
        if (asked < 1) {
            throw MlflowException.invalid(
                    "Invalid value for max_results. It must be a positive integer, but got " + asked);
        }
        if (asked > most) {
            throw MlflowException.invalid("Invalid value for request parameter max_results. It must be at most " + most
                    + ", but got value " + asked);
        }
        return (int) asked;
    }

    boolean flag(String name) {
        JsonNode value = fields.path(name);
        if (value.isTextual()) {
            return value.textValue().equalsIgnoreCase("true");
        }
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw wrong(name, value);
        }
        return value.booleanValue();
    }

    /** A list, or one alone. */
    List<String> texts(String name) {
        JsonNode value = fields.path(name);
        List<String> texts = new ArrayList<>();
        if (value.isTextual()) {
            texts.add(value.textValue());
        } else if (value.isArray()) {
            for (JsonNode one : value) {
                if (!one.isTextual()) {
                    throw wrong(name, value);
                }
                texts.add(one.textValue());
            }
        } else if (!value.isMissingNode() && !value.isNull()) {
            throw wrong(name, value);
        }
        return texts;
    }

    /** Of two with the same key the later one counts. */
    Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        JsonNode value = fields.path("tags");
        if (!value.isMissingNode() && !value.isNull() && !value.isArray()) {
            throw wrong("tags", value);
        }
        for (JsonNode tag : value) {
            Asked one = of(tag);
            tags.put(one.required("key"), one.text("value"));
        }
        return tags;
    }

    private static MlflowException missing(String name) {
        return MlflowException.invalid("Missing value for required parameter '" + name + "'." + SEE);
    }

    private static MlflowException wrong(String name, JsonNode value) {
        return MlflowException.invalid("Invalid value " + value + " for parameter '" + name
                + "' supplied:  Hint: Value was" + " of type '" + python(value) + "'." + SEE);
    }

    private static String python(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "str";
            case BOOLEAN -> "bool";
            case NUMBER -> value.isIntegralNumber() ? "int" : "float";
            case ARRAY -> "list";
            case OBJECT, POJO -> "dict";
            case NULL, MISSING, BINARY -> "NoneType";
        };
    }
}
