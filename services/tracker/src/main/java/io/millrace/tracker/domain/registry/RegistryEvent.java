package io.millrace.tracker.domain.registry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to a model. */
public sealed interface RegistryEvent {

    record ModelRegistered(String description, Map<String, String> tags) implements RegistryEvent {}

    record ModelRenamed(String newName) implements RegistryEvent {}

    record ModelDescribed(String description) implements RegistryEvent {}

    record ModelDeleted() implements RegistryEvent {}

    /** @param location where its files lie */
    record ModelVersionRegistered(
            int version,
            String source,
            String location,
            @Nullable String runId,
            @Nullable String runLink,
            String description,
            Map<String, String> tags)
            implements RegistryEvent {}

    record VersionDescribed(int version, String description) implements RegistryEvent {}

    record VersionDeleted(int version) implements RegistryEvent {}

    /** @param version null for a tag of the model itself */
    record ModelTagSet(@Nullable Integer version, String key, String value) implements RegistryEvent {}

    /** @param version null for a tag of the model itself */
    record ModelTagRemoved(@Nullable Integer version, String key) implements RegistryEvent {}

    record AliasSet(String alias, int version) implements RegistryEvent {}

    record AliasRemoved(String alias) implements RegistryEvent {}

    /** @param madeRoomFor version that took its place, for which it was archived; null if it was asked for itself */
    record StageChanged(int version, Stage stage, @Nullable Integer madeRoomFor) implements RegistryEvent {}
}
