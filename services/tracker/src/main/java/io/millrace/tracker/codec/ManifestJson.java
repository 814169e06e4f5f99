package io.millrace.tracker.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.events.run.ManifestRecorded;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** A manifest as JSON: fields in the order of the schema, maps by their keys. */
final class ManifestJson {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private ManifestJson() {}

    static String of(ManifestRecorded manifest) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : manifest.getSchema().getFields()) {
            Object value = manifest.get(field.pos());
            if (value != null) {
                fields.put(field.name(), value);
            }
        }
        try {
            // Maps are sorted only below the first level, which is in the schema's order.
            StringBuilder text = new StringBuilder("{");
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                text.append(text.length() == 1 ? "" : ",")
                        .append(JSON.writeValueAsString(field.getKey()))
                        .append(':')
                        .append(JSON.writeValueAsString(field.getValue()));
            }
            return text.append('}').toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest holds texts and numbers only", e);
        }
    }
}
