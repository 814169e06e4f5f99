package io.millrace.tracker.codec;

import io.millrace.events.run.ArtifactLogged;
import io.millrace.events.run.ArtifactRemoved;
import io.millrace.events.run.DatasetInput;
import io.millrace.events.run.InputsLogged;
import io.millrace.events.run.ManifestRecorded;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunDeleted;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunHeartbeat;
import io.millrace.events.run.RunRestored;
import io.millrace.events.run.RunResumed;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.events.run.TagsSet;
import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.domain.Said;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of {@code run-events} as facts, and facts that REST callers tell as values. */
public final class RunEventCodec {

    private RunEventCodec() {}

    /**
     * Null for an event that is not known here: a newer one.
     *
     * @param heardAt ms since the epoch
     */
    public static @Nullable Said said(long offset, long heardAt, RunEvent event) {
        RunFact fact = fact(event.getPayload());
        return fact == null
                ? null
                : new Said(
                        offset,
                        event.getEventId(),
                        heardAt,
                        event.getOccurredAt().toEpochMilli(),
                        event.getActor(),
                        fact);
    }

    private static @Nullable RunFact fact(Object payload) {
        return switch (payload) {
            case RunStarted started ->
                new RunFact.Started(
                        started.getExperiment(),
                        started.getExperimentId(),
                        started.getName(),
                        started.getUser(),
                        started.getParentRunId(),
                        started.getJobId(),
                        started.getAttempt(),
                        started.getTags(),
                        started.getSilentAfterMs());
            case ParamsLogged params -> new RunFact.ParamsGiven(params.getParams());
            case MetricsLogged metrics -> measured(metrics);
            case TagsSet tags -> new RunFact.TagsChanged(tags.getTags(), tags.getRemoved());
            case InputsLogged inputs ->
                new RunFact.InputsRead(
                        inputs.getInputs().stream().map(RunEventCodec::use).toList());
            case ArtifactLogged artifact ->
                new RunFact.FileMade(artifact.getPath(), artifact.getUri(), artifact.getBytes(), artifact.getSha256());
            case ArtifactRemoved removed -> new RunFact.FileRemoved(removed.getPath());
            case ManifestRecorded manifest -> new RunFact.ManifestTold(ManifestJson.of(manifest));
            case RunHeartbeat heartbeat -> new RunFact.Alive(heartbeat.getSilentAfterMs());
            case RunEnded ended ->
                new RunFact.Ended(RunState.valueOf(ended.getStatus().name()), ended.getMessage());
            case RunResumed resumed -> new RunFact.Resumed(resumed.getScheduled());
            case RunDeleted deleted -> new RunFact.Deleted();
            case RunRestored restored -> new RunFact.Restored();
            default -> null;
        };
    }

    private static RunFact measured(MetricsLogged metrics) {
        List<Measurement> measurements = new ArrayList<>(metrics.getMetrics().size());
        for (Metric metric : metrics.getMetrics()) {
            measurements.add(new Measurement(
                    metric.getKey(),
                    metric.getValue(),
                    metric.getStep(),
                    metric.getTimestamp().toEpochMilli()));
        }
        return new RunFact.Measured(measurements);
    }

    private static DatasetUse use(DatasetInput input) {
        return new DatasetUse(
                input.getName(),
                input.getVersion(),
                input.getDigest(),
                input.getSourceType(),
                input.getSource(),
                input.getSchema$(),
                input.getProfile(),
                input.getTags());
    }

    /** @param at when it happens, ms since the epoch */
    public static RunEvent event(String eventId, long at, String actor, RunFact fact) {
        return new RunEvent(eventId, Instant.ofEpochMilli(at), actor, payload(fact));
    }

    private static Object payload(RunFact fact) {
        return switch (fact) {
            case RunFact.Started started ->
                new RunStarted(
                        started.experiment(),
                        started.experimentId(),
                        started.name(),
                        started.user(),
                        started.parentRunId(),
                        started.jobId(),
                        started.attempt(),
                        started.tags(),
                        started.silentAfterMs());
            case RunFact.ParamsGiven params -> new ParamsLogged(params.params());
            case RunFact.Measured measured ->
                new MetricsLogged(measured.measurements().stream()
                        .map(one -> new Metric(one.key(), one.value(), one.step(), Instant.ofEpochMilli(one.time())))
                        .toList());
            case RunFact.TagsChanged tags -> new TagsSet(tags.set(), tags.removed());
            case RunFact.InputsRead inputs ->
                new InputsLogged(
                        inputs.inputs().stream().map(RunEventCodec::input).toList());
            case RunFact.FileMade file -> new ArtifactLogged(file.path(), file.uri(), file.bytes(), file.sha256());
            case RunFact.FileRemoved file -> new ArtifactRemoved(file.path());
            case RunFact.ManifestTold manifest ->
                throw new IllegalArgumentException("manifests are told by training code alone");
            case RunFact.Alive alive -> new RunHeartbeat(alive.silentAfterMs());
            case RunFact.Ended ended ->
                new RunEnded(RunStatus.valueOf(ended.state().name()), ended.message());
            case RunFact.Resumed resumed -> new RunResumed(resumed.scheduled());
            case RunFact.Deleted deleted -> new RunDeleted("");
            case RunFact.Restored restored -> new RunRestored("");
        };
    }

    private static DatasetInput input(DatasetUse use) {
        return new DatasetInput(
                use.name(),
                use.version(),
                use.digest(),
                use.sourceType(),
                use.source(),
                use.schema(),
                use.profile(),
                use.tags());
    }
}
