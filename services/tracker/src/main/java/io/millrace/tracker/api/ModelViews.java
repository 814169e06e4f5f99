package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegisteredModel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Models as MLflow's API shows them. */
final class ModelViews {

    record Tag(String key, String value) {}

    record Alias(String alias, String version) {}

    /** A model; times are ms since the epoch. */
    record Model(
            String name,
            long creationTimestamp,
            long lastUpdatedTimestamp,
            String description,
            List<Version> latestVersions,
            List<Tag> tags,
            List<Alias> aliases) {}

    /** A version; times are ms since the epoch. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Version(
            String name,
            String version,
            long creationTimestamp,
            long lastUpdatedTimestamp,
            String userId,
            String currentStage,
            String description,
            String source,
            @Nullable String runId,
            @Nullable String runLink,
            String status,
            List<Tag> tags,
            List<String> aliases) {}

    private static final String READY = "READY";

    private ModelViews() {}

    static Model model(RegisteredModel model) {
        return new Model(
                model.name(),
                model.createdAt(),
                model.updatedAt(),
                model.description(),
                model.latest().stream().map(version -> version(model, version)).toList(),
                tags(model.tags()),
                model.aliases().entrySet().stream()
                        .map(alias -> new Alias(alias.getKey(), String.valueOf(alias.getValue())))
                        .toList());
    }

    static Version version(RegisteredModel model, ModelVersion version) {
        return new Version(
                model.name(),
                String.valueOf(version.number()),
                version.createdAt(),
                version.updatedAt(),
                version.registeredBy(),
                version.stage().word(),
                version.description(),
                version.source(),
                version.runId(),
                version.runLink(),
                READY,
                tags(version.tags()),
                model.aliasesOf(version.number()));
    }

    private static List<Tag> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> new Tag(tag.getKey(), tag.getValue()))
                .toList();
    }
}
