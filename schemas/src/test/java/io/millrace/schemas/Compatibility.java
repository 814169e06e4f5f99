package io.millrace.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * Whether a schema reads what an earlier one wrote, and reads the same out of it. Avro alone answers the first
 * question; it lets a renamed field with a default or a removed enum symbol pass, and the old value is gone unseen.
 */
final class Compatibility {

    private Compatibility() {}

    /** What is wrong, in words; empty when nothing is. */
    static List<String> problems(Schema current, Schema earlier) {
        List<String> problems = new ArrayList<>();
        Map<String, Schema> now = namedTypes(current);
        namedTypes(earlier).forEach((name, before) -> {
            Schema after = now.get(name);
            if (after == null || after.getType() != before.getType()) {
                problems.add(
                        "type " + name + " is gone or is no " + before.getType().getName() + " any more");
                return;
            }
            // Type by type: asked for a whole schema, Avro only names the union that no longer fits.
            SchemaCompatibility.checkReaderWriterCompatibility(after, before)
                    .getResult()
                    .getIncompatibilities()
                    .forEach(found -> problems.add(
                            "cannot be read: " + name + " has " + found.getType() + ", " + found.getMessage()));
            if (before.getType() == Schema.Type.RECORD) {
                problems.addAll(fieldProblems(after, before));
            } else if (before.getType() == Schema.Type.ENUM) {
                before.getEnumSymbols().stream()
                        .filter(symbol -> !after.hasEnumSymbol(symbol))
                        .forEach(symbol -> problems.add("symbol " + symbol + " of " + name + " is gone"));
            }
        });
        return problems;
    }

    private static List<String> fieldProblems(Schema after, Schema before) {
        List<String> problems = new ArrayList<>();
        for (Schema.Field was : before.getFields()) {
            String name = before.getFullName() + "." + was.name();
            Schema.Field is = after.getField(was.name());
            if (is == null) {
                problems.add("field " + name + " is gone; what was recorded in it would be lost");
                continue;
            }
            if (was.hasDefaultValue() && !Objects.equals(was.defaultVal(), is.defaultVal())) {
                problems.add("field " + name + " had another default; records without it would read otherwise");
            }
            if (was.getObjectProp("personal") != null && is.getObjectProp("personal") == null) {
                problems.add("field " + name + " was marked personal; what it holds tells of a person still");
            }
            if (!logicalTypes(was.schema()).equals(logicalTypes(is.schema()))) {
                problems.add("field " + name + " had another logical type; its numbers would mean something else");
            }
        }
        return problems;
    }

    private static Set<String> logicalTypes(Schema schema) {
        Set<String> names = new TreeSet<>();
        LogicalType logical = schema.getLogicalType();
        if (logical != null) {
            names.add(logical.getName());
        }
        switch (schema.getType()) {
            case UNION -> schema.getTypes().forEach(branch -> names.addAll(logicalTypes(branch)));
            case ARRAY -> names.addAll(logicalTypes(schema.getElementType()));
            case MAP -> names.addAll(logicalTypes(schema.getValueType()));
            case RECORD, ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
        return names;
    }

    /** Every record, enum and fixed in a schema, by full name. */
    static Map<String, Schema> namedTypes(Schema schema) {
        Map<String, Schema> found = new TreeMap<>();
        collect(schema, found);
        return found;
    }

    private static void collect(Schema schema, Map<String, Schema> found) {
        switch (schema.getType()) {
            case RECORD -> {
                if (found.put(schema.getFullName(), schema) == null) {
                    schema.getFields().forEach(field -> collect(field.schema(), found));
                }
            }
            case ENUM, FIXED -> found.put(schema.getFullName(), schema);
            case UNION -> schema.getTypes().forEach(branch -> collect(branch, found));
            case ARRAY -> collect(schema.getElementType(), found);
            case MAP -> collect(schema.getValueType(), found);
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }
}
