package io.millrace.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a subject by what happened to it.
 *
 * @param state null when there is none: nothing happened yet, or it is gone
 * @param history what happened, in its order
 */
public record SubjectState(@Nullable ObjectNode state, List<ReplayedEvent> history) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ASKED_FOR = List.of(
            "pool", "queue", "team", "user", "gpus", "gpu_type", "limit_ms", "job_type", "deadline", "after", "array");

    public SubjectState {
        history = List.copyOf(history);
    }

    /** @param events all that may concern it, in any order */
    public static SubjectState of(Subject subject, List<ReplayedEvent> events) {
        List<String> topics =
                subject.kind().topics().stream().map(topic -> topic.name()).toList();
        List<ReplayedEvent> ordered = events.stream()
                .sorted(Comparator.comparing(ReplayedEvent::at)
                        .thenComparingInt(event -> topics.indexOf(event.topic()))
                        .thenComparingLong(ReplayedEvent::offset))
                .toList();
        return switch (subject.kind()) {
            case JOB -> job(ordered);
            case MODEL -> model(subject.name(), ordered);
            case POLICY -> policy(subject.name(), ordered);
            case TEAM, USER -> newest(ordered);
        };
    }

    // ---- jobs

    private static SubjectState job(List<ReplayedEvent> events) {
        ObjectNode job = JSON.createObjectNode();
        for (ReplayedEvent event : events) {
            JsonNode payload = event.payload();
            switch (event.action()) {
                case "JobSubmitted" -> {
                    copy(payload, job, ASKED_FOR);
                    begin(job, "SUBMITTED");
                }
                case "JobCancelRequested" -> {
                    begin(job, "SUBMITTED");
                    job.put("cancel_requested", payload.path("reason").asText());
                }
                case "JobQueued" -> {
                    copy(payload, job, ASKED_FOR);
                    job.put("state", "WAITING");
                }
                case "JobRejected" -> {
                    job.put("state", "REJECTED");
                    copy(payload, job, List.of("code", "message"));
                }
                case "JobPlaced" -> {
                    copy(payload, job, List.of("attempt", "nodes", "priority"));
                    job.put("state", "PLACED");
                    job.remove(List.of("stop_requested", "start_promised_by"));
                }
                case "JobStarted" -> {
                    if (isOfAttempt(job, payload) && job.path("state").asText().equals("PLACED")) {
                        job.put("state", "RUNNING");
                        job.put("started_at", event.at().toString());
                    }
                }
                case "ProgressReported", "CheckpointSaved" -> {
                    if (isOfAttempt(job, payload)) {
                        copy(payload, job, List.of("fraction", "step", "path"));
                    }
                }
                case "StopRequested", "PreemptionRequested" ->
                    job.put("stop_requested", payload.path("cause").asText());
                case "JobRequeued" -> {
                    job.put("state", "WAITING");
                    job.put("waits_again_for", payload.path("cause").asText());
                    job.remove(List.of("nodes", "started_at", "stop_requested"));
                }
                case "StartPromised", "PromiseRevised" -> job.set("start_promised_by", payload.path("start_by"));
                case "PriorityOverridden", "PreemptionOrdered" ->
                    job.put(
                            event.action().equals("PriorityOverridden") ? "overridden_by" : "preemption_ordered_by",
                            payload.path("by").asText());
                case "JobEnded" -> {
                    copy(payload, job, List.of("state", "attempt", "started_at", "ended_at", "gpu_ms", "message"));
                    job.remove(List.of("nodes", "stop_requested", "start_promised_by"));
                }
                default -> {
                    // Signs of life, and what only agents say to one another.
                }
            }
        }
        return new SubjectState(job.isEmpty() ? null : job, events);
    }

    private static void begin(ObjectNode job, String state) {
        if (!job.has("state")) {
            job.put("state", state);
        }
    }

    private static boolean isOfAttempt(ObjectNode job, JsonNode payload) {
        return job.path("attempt").asInt(-1) == payload.path("attempt").asInt(-2);
    }

    // ---- models

    /** A model while it is called something. */
    private record Named(ObjectNode state, List<ReplayedEvent> history) {}

    private static SubjectState model(String name, List<ReplayedEvent> events) {
        Map<String, Named> models = new HashMap<>();
        for (ReplayedEvent event : events) {
            if (event.action().equals("ModelRegistered")) {
                models.computeIfAbsent(event.key(), any -> new Named(registered(event), new ArrayList<>()));
            }
            Named named = models.get(event.key());
            if (named == null) {
                continue;
            }
            named.history().add(event);
            switch (event.action()) {
                case "ModelRenamed" -> {
                    String next = event.payload().path("new_name").asText();
                    if (models.putIfAbsent(next, named) == null) {
                        models.remove(event.key());
                    }
                }
                case "ModelDeleted" -> models.remove(event.key());
                default -> change(named.state(), event);
            }
        }
        Named found = models.get(name);
        return found == null ? new SubjectState(null, List.of()) : new SubjectState(found.state(), found.history());
    }

    private static ObjectNode registered(ReplayedEvent event) {
        ObjectNode model = JSON.createObjectNode();
        model.put("registered_at", event.at().toString());
        copy(event.payload(), model, List.of("description", "tags"));
        model.putObject("aliases");
        model.putObject("versions");
        return model;
    }

    private static void change(ObjectNode model, ReplayedEvent event) {
        JsonNode payload = event.payload();
        ObjectNode aliases = model.withObjectProperty("aliases");
        ObjectNode versions = model.withObjectProperty("versions");
        String number = payload.path("version").asText();
        switch (event.action()) {
            case "ModelDescribed" -> copy(payload, model, List.of("description"));
            case "ModelVersionRegistered" -> {
                ObjectNode version = versions.putObject(number);
                version.put("registered_at", event.at().toString());
                version.put("stage", "NONE");
                copy(payload, version, List.of("source", "location", "run_id", "description", "tags"));
            }
            case "VersionDescribed" -> {
                if (versions.get(number) instanceof ObjectNode version) {
                    copy(payload, version, List.of("description"));
                }
            }
            case "StageChanged" -> {
                if (versions.get(number) instanceof ObjectNode version) {
                    copy(payload, version, List.of("stage"));
                }
            }
            case "VersionDeleted" -> {
                versions.remove(number);
                List<String> names = new ArrayList<>();
                aliases.properties().stream()
                        .filter(alias -> alias.getValue().asText().equals(number))
                        .forEach(alias -> names.add(alias.getKey()));
                aliases.remove(names);
            }
            case "AliasSet" -> {
                if (versions.has(number)) {
                    aliases.put(
                            payload.path("alias").asText(),
                            payload.path("version").asInt());
                }
            }
            case "AliasRemoved" -> aliases.remove(payload.path("alias").asText());
            case "ModelTagSet", "ModelTagRemoved" -> {
                JsonNode owner = payload.path("version").isNull() ? model : versions.path(number);
                if (owner instanceof ObjectNode tagged) {
                    ObjectNode tags = tagged.withObjectProperty("tags");
                    tags.remove(payload.path("key").asText());
                    if (event.action().equals("ModelTagSet")) {
                        tags.set(payload.path("key").asText(), payload.path("value"));
                    }
                }
            }
            default -> {
                // That it was registered is known.
            }
        }
    }

    // ---- policies, teams, users

    private static SubjectState policy(String pool, List<ReplayedEvent> events) {
        List<ReplayedEvent> adopted = events.stream()
                .filter(event -> event.action().equals("PolicyAdopted"))
                .filter(event -> {
                    List<String> pools = new ArrayList<>();
                    event.payload().path("pools").forEach(one -> pools.add(one.asText()));
                    return pools.contains(pool);
                })
                .toList();
        return newest(adopted);
    }

    /** What the last word says. */
    private static SubjectState newest(List<ReplayedEvent> events) {
        if (events.isEmpty()) {
            return new SubjectState(null, events);
        }
        ReplayedEvent last = events.getLast();
        ObjectNode state = JSON.createObjectNode();
        state.put("since", last.at().toString());
        state.put("by", last.actor());
        last.payload().properties().forEach(field -> state.set(field.getKey(), field.getValue()));
        return new SubjectState(state, events);
    }

    private static void copy(JsonNode from, ObjectNode to, List<String> names) {
        for (String name : names) {
            JsonNode value = from.path(name);
            if (!value.isMissingNode() && !value.isNull()) {
                to.set(name, value);
            }
        }
    }
}
