package io.millrace.tracker.codec;

import io.millrace.events.experiment.ExperimentCreated;
import io.millrace.events.experiment.ExperimentDeleted;
import io.millrace.events.experiment.ExperimentEvent;
import io.millrace.events.experiment.ExperimentRenamed;
import io.millrace.events.experiment.ExperimentRestored;
import io.millrace.events.experiment.ExperimentTagsSet;
import io.millrace.tracker.domain.ExperimentFact;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Values of {@code experiment-events} as facts, and facts as values. */
public final class ExperimentEventCodec {

    private ExperimentEventCodec() {}

    /** Null for an event that is not known here: a newer one. */
    public static @Nullable ExperimentFact fact(ExperimentEvent event) {
        return switch (event.getPayload()) {
            case ExperimentCreated created ->
                new ExperimentFact.Created(created.getName(), created.getArtifactLocation(), created.getTags());
            case ExperimentRenamed renamed -> new ExperimentFact.Renamed(renamed.getName());
            case ExperimentDeleted deleted -> new ExperimentFact.Deleted();
            case ExperimentRestored restored -> new ExperimentFact.Restored();
            case ExperimentTagsSet tags -> new ExperimentFact.TagsChanged(tags.getTags(), tags.getRemoved());
            default -> null;
        };
    }

    /** @param at when it happens, ms since the epoch */
    public static ExperimentEvent event(String eventId, long at, String actor, ExperimentFact fact) {
        return new ExperimentEvent(eventId, Instant.ofEpochMilli(at), actor, payload(fact));
    }

    private static Object payload(ExperimentFact fact) {
        return switch (fact) {
            case ExperimentFact.Created created ->
                new ExperimentCreated(created.name(), created.artifactLocation(), created.tags());
            case ExperimentFact.Renamed renamed -> new ExperimentRenamed(renamed.name());
            case ExperimentFact.Deleted deleted -> new ExperimentDeleted("");
            case ExperimentFact.Restored restored -> new ExperimentRestored("");
            case ExperimentFact.TagsChanged tags -> new ExperimentTagsSet(tags.set(), tags.removed());
        };
    }
}
