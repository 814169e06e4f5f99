package io.millrace.tracker.domain;

import io.millrace.tracker.domain.Refused.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one run. Facts may be applied in any order: what holds is decided by their offsets alone. So a
 * fact that lies later in the log may be applied before those that lie ahead of it, once each.
 *
 * <p>Params hold by their lowest offset, tags, the state and whether it is deleted by their highest, measurements all.
 */
public final class RunImage {

    /** A param and where it was given first. */
    public record Param(String value, long offset) {}

    /** A tag and where it was last changed; no value where it was taken away. */
    public record Tag(@Nullable String value, long offset) {}

    /** A data set and where it was named first. */
    public record Input(DatasetUse use, long offset) {}

    /** A file and where it was last made; no address where it was taken away, or a folder of this path was. */
    public record File(
            String path,
            @Nullable String uri,
            long bytes,
            @Nullable String sha256,
            long offset) {}

    /** What a data set is known by. */
    public record InputKey(String name, String digest) {}

    public static final String RUN_NAME = "mlflow.runName";
    public static final String USER = "mlflow.user";
    public static final String PARENT = "mlflow.parentRunId";
    public static final String JOB = "millrace.job";

    private static final int LONGEST_SHORT_TEXT = 1000;

    private final String runId;
    private RunHead head;
    private final Map<String, Param> params = new HashMap<>();
    private final Map<String, Tag> tags = new HashMap<>();
    private final Map<String, Measurement> latest = new HashMap<>();
    private final Map<InputKey, Input> inputs = new HashMap<>();
    private final Map<String, File> files = new HashMap<>();
    private final Set<String> seen = new HashSet<>();

    private final Set<String> changedParams = new LinkedHashSet<>();
    private final Set<String> changedTags = new LinkedHashSet<>();
    private final Set<InputKey> changedInputs = new LinkedHashSet<>();
    private final Set<String> changedFiles = new LinkedHashSet<>();
    private final Map<String, List<Measurement>> measured = new LinkedHashMap<>();
    private final Map<String, Long> newlySeen = new LinkedHashMap<>();
    private final List<Refused> refused = new ArrayList<>();

    public RunImage(String runId, RunHead head) {
        this.runId = runId;
        this.head = head;
    }

    public String runId() {
        return runId;
    }

    public RunHead head() {
        return head;
    }

    // What was known before, from where it is kept.

    public void knowParam(String key, Param param) {
        params.put(key, param);
    }

    public void knowTag(String key, Tag tag) {
        tags.put(key, tag);
    }

    public void knowLatest(Measurement measurement) {
        latest.put(measurement.key(), measurement);
    }

    public void knowInput(Input input) {
        inputs.put(new InputKey(input.use().name(), input.use().digest()), input);
    }

    public void knowFile(File file) {
        files.put(file.path(), file);
    }

    public void knowSeen(String eventId) {
        seen.add(eventId);
    }

    // What is known now.

    public @Nullable Param param(String key) {
        return params.get(key);
    }

    public @Nullable Tag tag(String key) {
        return tags.get(key);
    }

    public @Nullable Measurement latest(String key) {
        return latest.get(key);
    }

    public @Nullable Input input(InputKey key) {
        return inputs.get(key);
    }

    public @Nullable File file(String path) {
        return files.get(path);
    }

    public Set<String> changedParams() {
        return changedParams;
    }

    public Set<String> changedTags() {
        return changedTags;
    }

    public Set<InputKey> changedInputs() {
        return changedInputs;
    }

    public Set<String> changedFiles() {
        return changedFiles;
    }

    /** New measurements by metric, in the order they were applied. */
    public Map<String, List<Measurement>> measured() {
        return measured;
    }

    /** Events that were not known before and must not count twice, with their offsets. */
    public Map<String, Long> newlySeen() {
        return newlySeen;
    }

    /** What does not hold, of all that was applied. */
    public List<Refused> refused() {
        return refused;
    }

    /** Whether an event with such a fact counts again when it is repeated, so that its id has to be remembered. */
    public static boolean countsAgain(RunFact fact) {
        return switch (fact) {
            case RunFact.Started started -> true;
            case RunFact.TagsChanged tags -> true;
            case RunFact.FileMade file -> true;
            case RunFact.FileRemoved file -> true;
            case RunFact.ManifestTold manifest -> true;
            case RunFact.Ended ended -> true;
            case RunFact.Resumed resumed -> true;
            case RunFact.Deleted deleted -> true;
            case RunFact.Restored restored -> true;
            case RunFact.ParamsGiven params -> false;
            case RunFact.Measured measured -> false;
            case RunFact.InputsRead inputs -> false;
            case RunFact.Alive alive -> false;
        };
    }

    /** Takes a fact in that was not taken in before. */
    public void apply(Said said) {
        if (countsAgain(said.fact())) {
            if (!seen.add(said.eventId())) {
                return;
            }
            newlySeen.put(said.eventId(), said.offset());
        }
        head = head.heardAt(said.heardAt());
        switch (said.fact()) {
            case RunFact.Started started -> start(said, started);
            case RunFact.ParamsGiven(Map<String, String> given) ->
                given.forEach((key, value) -> giveParam(said.offset(), key, value));
            case RunFact.Measured(List<Measurement> measurements) ->
                measurements.forEach(measurement -> measure(said.offset(), measurement));
            case RunFact.TagsChanged(Map<String, String> set, List<String> removed) -> {
                for (String key : removed) {
                    if (!set.containsKey(key)) {
                        changeTag(said.offset(), key, null);
                    }
                }
                set.forEach((key, value) -> changeTag(said.offset(), key, value));
            }
            case RunFact.InputsRead(List<DatasetUse> uses) -> uses.forEach(use -> read(said.offset(), use));
            case RunFact.FileMade file -> make(said.offset(), file);
            case RunFact.FileRemoved(String path) -> remove(said.offset(), path);
            case RunFact.ManifestTold(String json) -> head = head.manifest(said.offset(), json);
            case RunFact.Alive(long silentAfterMs) -> head = head.silentAfter(silentAfterMs);
            case RunFact.Ended(RunState state, String message) ->
                head = head.state(said.offset(), state, said.occurredAt(), cut(message, Limits.TAG_VALUE));
            case RunFact.Resumed(boolean scheduled) ->
                head = head.state(said.offset(), scheduled ? RunState.SCHEDULED : RunState.RUNNING, null, null);
            case RunFact.Deleted deleted -> head = head.deleted(said.offset(), true, said.occurredAt());
            case RunFact.Restored restored -> head = head.deleted(said.offset(), false, said.occurredAt());
        }
    }

    private void start(Said said, RunFact.Started started) {
        String experimentId =
                started.experimentId() == null ? ExperimentIds.ofName(started.experiment()) : started.experimentId();
        head = head.started(said, started, cut(experimentId, ExperimentIds.LONGEST));
        head = head.state(said.offset(), RunState.RUNNING, null, null);
        Map<String, String> all = new LinkedHashMap<>();
        if (!started.user().isEmpty()) {
            all.put(USER, started.user());
        }
        if (started.parentRunId() != null) {
            all.put(PARENT, started.parentRunId());
        }
        if (started.jobId() != null) {
            all.put(JOB, started.jobId());
        }
        all.putAll(started.tags());
        all.forEach((key, value) -> changeTag(said.offset(), key, value));
        if (!started.name().isEmpty() && !started.tags().containsKey(RUN_NAME)) {
            // The first beginning names the run, and any word of its name is later than that.
            changeTag(-1 - said.offset(), RUN_NAME, started.name());
        }
    }

    private void giveParam(long offset, String key, String value) {
        String wrong = firstOf(Limits.wrongWithKey(key), Limits.wrongWithText("value", value, Limits.PARAM_VALUE));
        if (wrong != null) {
            refuse(offset, Kind.PARAM, key, wrong, null, value);
            return;
        }
        Param present = params.get(key);
        if (present == null) {
            put(key, new Param(value, offset));
        } else if (present.value().equals(value)) {
            if (offset < present.offset()) {
                put(key, new Param(value, offset));
            }
        } else if (offset > present.offset()) {
            refuse(offset, Kind.PARAM, key, WRITTEN_ONCE, present.value(), value);
        } else {
            put(key, new Param(value, offset));
            refuse(present.offset(), Kind.PARAM, key, WRITTEN_ONCE, value, present.value());
        }
    }

    private static final String WRITTEN_ONCE =
            "a param is written once, and another value lies before this one in the log";

    private void put(String key, Param param) {
        params.put(key, param);
        changedParams.add(key);
    }

    private void measure(long offset, Measurement measurement) {
        String wrong = Limits.wrongWithKey(measurement.key());
        if (wrong != null) {
            refuse(offset, Kind.METRIC, measurement.key(), wrong, null, Double.toString(measurement.value()));
            return;
        }
        measured.computeIfAbsent(measurement.key(), key -> new ArrayList<>()).add(measurement);
        latest.merge(
                measurement.key(),
                measurement,
                (old, candidate) -> Measurement.BY_NEWNESS.compare(candidate, old) > 0 ? candidate : old);
    }

    private void changeTag(long offset, String key, @Nullable String value) {
        String wrong = firstOf(Limits.wrongWithKey(key), Limits.wrongWithText("value", value, Limits.TAG_VALUE));
        if (wrong != null) {
            refuse(offset, Kind.TAG, key, wrong, null, value);
            return;
        }
        Tag present = tags.get(key);
        if (present == null || offset > present.offset()) {
            tags.put(key, new Tag(value, offset));
            changedTags.add(key);
            if (key.equals(RUN_NAME)) {
                head = head.name(value == null ? "" : value);
            } else if (key.equals(PARENT)) {
                head = head.parent(value == null ? null : cut(value, Limits.RUN_ID));
            }
        }
    }

    private void read(long offset, DatasetUse use) {
        String wrong = firstOf(
                Limits.wrongWithText("name", use.name(), Limits.DATASET_NAME),
                Limits.wrongWithText("digest", use.digest(), Limits.KEY),
                Limits.wrongWithText("version", use.version(), LONGEST_SHORT_TEXT),
                Limits.wrongWithText("source_type", use.sourceType(), LONGEST_SHORT_TEXT),
                Limits.wrongWithText("source", use.source(), Limits.DATASET_SOURCE),
                Limits.wrongWithText("schema", use.schema(), Limits.DATASET_SCHEMA),
                Limits.wrongWithText("profile", use.profile(), Limits.DATASET_SCHEMA));
        if (wrong != null) {
            refuse(offset, Kind.INPUT, use.name(), wrong, null, use.source());
            return;
        }
        InputKey key = new InputKey(use.name(), use.digest());
        Input present = inputs.get(key);
        if (present == null || offset < present.offset()) {
            inputs.put(key, new Input(use, offset));
            changedInputs.add(key);
        }
    }

    private void make(long offset, RunFact.FileMade made) {
        String wrong = firstOf(
                Limits.wrongWithText("path", made.path(), Limits.PATH),
                Limits.wrongWithText("uri", made.uri(), LONGEST_SHORT_TEXT),
                Limits.wrongWithText("sha256", made.sha256(), 64));
        if (wrong != null) {
            refuse(offset, Kind.ARTIFACT, made.path(), wrong, null, made.uri());
            return;
        }
        put(new File(made.path(), made.uri(), made.bytes(), made.sha256(), offset));
    }

    private void remove(long offset, String path) {
        String wrong = Limits.wrongWithText("path", path, Limits.PATH);
        if (wrong != null) {
            refuse(offset, Kind.ARTIFACT, path, wrong, null, null);
        } else {
            put(new File(path, null, 0, null, offset));
        }
    }

    private void put(File file) {
        File present = files.get(file.path());
        if (present == null || file.offset() > present.offset()) {
            files.put(file.path(), file);
            changedFiles.add(file.path());
        }
    }

    private void refuse(
            long offset, Kind kind, String key, String reason, @Nullable String kept, @Nullable String value) {
        refused.add(new Refused(offset, kind, key, reason, kept, value));
    }

    private static @Nullable String firstOf(@Nullable String... wrongs) {
        for (String wrong : wrongs) {
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
