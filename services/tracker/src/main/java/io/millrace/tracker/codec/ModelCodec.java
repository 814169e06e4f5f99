package io.millrace.tracker.codec;

import io.millrace.access.Authority;
import io.millrace.events.model.AliasRemoved;
import io.millrace.events.model.AliasSet;
import io.millrace.events.model.ModelDeleted;
import io.millrace.events.model.ModelDescribed;
import io.millrace.events.model.ModelEvent;
import io.millrace.events.model.ModelRegistered;
import io.millrace.events.model.ModelRenamed;
import io.millrace.events.model.ModelStage;
import io.millrace.events.model.ModelTagRemoved;
import io.millrace.events.model.ModelTagSet;
import io.millrace.events.model.ModelVersionRegistered;
import io.millrace.events.model.StageChanged;
import io.millrace.events.model.VersionDeleted;
import io.millrace.events.model.VersionDescribed;
import io.millrace.tracker.domain.registry.RegistryEntry;
import io.millrace.tracker.domain.registry.RegistryEvent;
import io.millrace.tracker.domain.registry.Stage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events of {@code model-events} as the registry's words, and back. */
public final class ModelCodec {

    private ModelCodec() {}

    /** None for an event of a later version, of which nothing is known here. */
    public static Optional<RegistryEntry> entry(long offset, String name, ModelEvent event) {
        return word(event.getPayload())
                .map(word ->
                        new RegistryEntry(offset, event.getOccurredAt().toEpochMilli(), event.getActor(), name, word));
    }

    private static Optional<RegistryEvent> word(Object payload) {
        return Optional.ofNullable(
                switch (payload) {
                    case ModelRegistered e ->
                        new RegistryEvent.ModelRegistered(e.getDescription(), Map.copyOf(e.getTags()));
                    case ModelRenamed e -> new RegistryEvent.ModelRenamed(e.getNewName());
                    case ModelDescribed e -> new RegistryEvent.ModelDescribed(e.getDescription());
                    case ModelDeleted ignored -> new RegistryEvent.ModelDeleted();
                    case ModelVersionRegistered e ->
                        new RegistryEvent.ModelVersionRegistered(
                                e.getVersion(),
                                e.getSource(),
                                e.getLocation(),
                                e.getRunId(),
                                e.getRunLink(),
                                e.getDescription(),
                                Map.copyOf(e.getTags()));
                    case VersionDescribed e -> new RegistryEvent.VersionDescribed(e.getVersion(), e.getDescription());
                    case VersionDeleted e -> new RegistryEvent.VersionDeleted(e.getVersion());
                    case ModelTagSet e -> new RegistryEvent.ModelTagSet(e.getVersion(), e.getKey(), e.getValue());
                    case ModelTagRemoved e -> new RegistryEvent.ModelTagRemoved(e.getVersion(), e.getKey());
                    case AliasSet e -> new RegistryEvent.AliasSet(e.getAlias(), e.getVersion());
                    case AliasRemoved e -> new RegistryEvent.AliasRemoved(e.getAlias());
                    case StageChanged e ->
                        new RegistryEvent.StageChanged(
                                e.getVersion(), Stage.valueOf(e.getStage().name()), e.getMadeRoomFor());
                    default -> null;
                });
    }

    /** @param by on whose word */
    public static ModelEvent event(String id, long at, Authority by, RegistryEvent word) {
        return ModelEvent.newBuilder()
                .setEventId(id)
                .setOccurredAt(Instant.ofEpochMilli(at))
                .setActor(by.actor())
                .setPayload(payload(word, by.method()))
                .build();
    }

    private static Object payload(RegistryEvent word, @Nullable String method) {
        return switch (word) {
            case RegistryEvent.ModelRegistered e -> new ModelRegistered(e.description(), e.tags(), method);
            case RegistryEvent.ModelRenamed e -> new ModelRenamed(e.newName(), method);
            case RegistryEvent.ModelDescribed e -> new ModelDescribed(e.description(), method);
            case RegistryEvent.ModelDeleted() -> new ModelDeleted("", method);
            case RegistryEvent.ModelVersionRegistered e ->
                new ModelVersionRegistered(
                        e.version(),
                        e.source(),
                        e.location(),
                        e.runId(),
                        e.runLink(),
                        e.description(),
                        e.tags(),
                        method);
            case RegistryEvent.VersionDescribed e -> new VersionDescribed(e.version(), e.description(), method);
            case RegistryEvent.VersionDeleted e -> new VersionDeleted(e.version(), "", method);
            case RegistryEvent.ModelTagSet e -> new ModelTagSet(e.version(), e.key(), e.value(), method);
            case RegistryEvent.ModelTagRemoved e -> new ModelTagRemoved(e.version(), e.key(), method);
            case RegistryEvent.AliasSet e -> new AliasSet(e.alias(), e.version(), method);
            case RegistryEvent.AliasRemoved e -> new AliasRemoved(e.alias(), method);
            case RegistryEvent.StageChanged e ->
                new StageChanged(e.version(), ModelStage.valueOf(e.stage().name()), e.madeRoomFor(), method);
        };
    }
}
