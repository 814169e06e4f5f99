package io.millrace.tracker.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Data sets that a caller of MLflow's API says a run reads. */
final class DatasetEntries {

    private static final int TAG_KEY = 255;
    private static final int TAG_VALUE = 500;

    private DatasetEntries() {}

    static List<DatasetUse> uses(JsonNode list) {
        List<DatasetUse> uses = new ArrayList<>();
        for (JsonNode entry : Entries.list(list, "datasets")) {
            JsonNode dataset = entry.path("dataset");
            Asked asked = Asked.of(dataset.isMissingNode() ? null : dataset);
            Map<String, String> tags = new LinkedHashMap<>();
            for (JsonNode tag : Entries.list(entry.path("tags"), "tags")) {
                Asked one = Asked.of(tag);
                tags.put(within("key", TAG_KEY, one.required("key")), within("value", TAG_VALUE, one.text("value")));
            }
            uses.add(new DatasetUse(
                    within("name", Limits.DATASET_NAME, asked.required("name")),
                    null,
                    within("digest", Limits.DATASET_DIGEST, asked.required("digest")),
                    within("source_type", Limits.DATASET_NAME, asked.text("source_type")),
                    within("source", Limits.DATASET_SOURCE, asked.text("source")),
                    optional("schema", asked.optional("schema")),
                    optional("profile", asked.optional("profile")),
                    tags));
        }
        return uses;
    }

    private static @Nullable String optional(String what, @Nullable String text) {
        return text == null ? null : within(what, Limits.DATASET_SCHEMA, text);
    }

    private static String within(String what, int limit, String text) {
        Entries.requireLength(what, limit, text);
        Entries.requireKept(what, text);
        return text;
    }
}
