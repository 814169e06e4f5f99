package io.millrace.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A job as a YAML file says it. Whatever is not understood is an error that says what would be. */
final class JobFile {

    /** In the order in which they are told of. */
    static final List<String> FIELDS = List.of(
            "name",
            "team",
            "user",
            "pool",
            "queue",
            "gpus",
            "gpu_type",
            "gpus_per_node",
            "limit",
            "estimate",
            "type",
            "deadline",
            "tags",
            "command",
            "environment",
            "directory",
            "after",
            "after_any",
            "array");

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));

    private final Path file;
    private final ObjectNode fields;

    private JobFile(Path file, ObjectNode fields) {
        this.file = file;
        this.fields = fields;
    }

    static JobForm read(Path file) {
        JsonNode document;
        try {
            document = YAML.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new CommandException(
                    file + where + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new CommandException("can't read " + file + ": " + e.getMessage(), e);
        }
        if (!(document instanceof ObjectNode fields)) {
            throw new CommandException(file + " says no job; it has lines such as 'team: vision' and 'gpus: 2', and may"
                    + " have " + String.join(", ", FIELDS));
        }
        return new JobFile(file, fields).form();
    }

    private JobForm form() {
        fields.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new CommandException(file + ": there is no field '" + name + "'"
                        + Nearest.of(name, FIELDS)
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; there are " + String.join(", ", FIELDS)));
            }
        });
        List<Dependency> after = new ArrayList<>();
        texts("after").forEach(job -> after.add(new Dependency(job, DependencyCondition.COMPLETED)));
        texts("after_any").forEach(job -> after.add(new Dependency(job, DependencyCondition.ENDED)));
        return new JobForm(
                text("name"),
                text("pool"),
                text("queue"),
                text("team"),
                text("user"),
                number("gpus"),
                text("gpu_type"),
                number("gpus_per_node"),
                converted("limit", new DurationText()),
                converted("estimate", new DurationText()),
                converted("type", new JobTypeText()),
                converted("deadline", new InstantText()),
                map("tags"),
                command(),
                map("environment"),
                directory(),
                after,
                converted("array", new ArrayText()));
    }

    /** A list is run as it is; a line is run by a shell. */
    private List<String> command() {
        JsonNode node = fields.path("command");
        return node.isTextual() ? List.of("sh", "-c", node.asText()) : texts("command");
    }

    /** The folder of the file, or as seen from there. */
    private String directory() {
        String said = text("directory");
        if (JobForm.OWN_FOLDER.equals(said)) {
            return JobForm.OWN_FOLDER;
        }
        return file.resolveSibling(said == null ? "" : said)
                .toAbsolutePath()
                .normalize()
                .toString();
    }

    private @Nullable String text(String name) {
        JsonNode node = fields.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isValueNode() || node.asText().isBlank()) {
            throw wrong(name, "is one value");
        }
        return node.asText();
    }

    private @Nullable Integer number(String name) {
        JsonNode node = fields.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isInt()) {
            throw wrong(name, "is a whole number, not " + node);
        }
        return node.asInt();
    }

    private <T> @Nullable T converted(String name, ITypeConverter<T> converter) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return converter.convert(text);
        } catch (TypeConversionException e) {
            throw new CommandException(file + ": " + name + ": " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** One value or a list of them. */
    private List<String> texts(String name) {
        JsonNode node = fields.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            if (!item.isValueNode() || item.isNull()) {
                throw wrong(name, "is a list of values, as [a, b]");
            }
            texts.add(item.asText());
        }
        return texts;
    }

    private Map<String, String> map(String name) {
        JsonNode node = fields.path(name);
        Map<String, String> map = new LinkedHashMap<>();
        if (node.isMissingNode() || node.isNull()) {
            return map;
        }
        if (!node.isObject() || !node.valueStream().allMatch(value -> value.isValueNode() && !value.isNull())) {
            throw wrong(name, "is names with values, as {a: 1, b: x}");
        }
        node.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private CommandException wrong(String name, String how) {
        return new CommandException(file + ": " + name + " " + how);
    }
}
