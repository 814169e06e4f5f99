package io.millrace.tracker.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.access.Authority;
import io.millrace.access.Role;
import io.millrace.tracker.api.RunDesk.Told;
import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Limits;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.store.RunRows;
import io.millrace.tracker.store.Transaction;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What runs log, as MLflow's clients send it. */
@Path("/api/2.0/mlflow/runs")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.USES)
public final class RunLogResource {

    private static final int MOST_METRICS = 1000;
    private static final int MOST_PARAMS = 100;
    private static final int MOST_TAGS = 100;
    private static final int MOST_ENTRIES = 1000;
    private static final long MOST_BYTES = 1_000_000;
    private static final String MODELS = "mlflow.log-model.history";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunDesk desk;
    private final SecurityIdentity identity;

    RunLogResource(RunDesk desk, SecurityIdentity identity) {
        this.desk = desk;
        this.identity = identity;
    }

    private String actor() {
        return Authority.of(identity).actor();
    }

    @POST
    @Path("/log-batch")
    public Map<String, String> batch(
            @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long bytes, @Nullable JsonNode body) {
        if (bytes != null && bytes > MOST_BYTES) {
            throw MlflowException.invalid("Batched logging API requests must be at most " + MOST_BYTES
                    + " bytes, got a request of size " + bytes + ".");
        }
        String runId = Asked.of(body).required("run_id");
        JsonNode fields = RunsResource.fields(body);
        List<Measurement> metrics = Entries.metrics(fields.path("metrics"));
        Map<String, String> params = Entries.params(fields.path("params"));
        Map<String, String> tags = Entries.tags(fields.path("tags"));
        int tagsSent = fields.path("tags").size();
        requireFew("metrics", MOST_METRICS, metrics.size());
        requireFew("params", MOST_PARAMS, params.size());
        requireFew("tags", MOST_TAGS, tagsSent);
        requireFew("metrics, params, and tags", MOST_ENTRIES, metrics.size() + params.size() + tagsSent);
        Set<String> keys = metrics.stream().map(Measurement::key).collect(Collectors.toSet());
        desk.change(actor(), runId, keys, (transaction, run) -> {
            RunDesk.requireActive(run.image());
            List<Told> told = new ArrayList<>();
            Map<String, String> fresh = fresh(transaction, run, params);
            if (!fresh.isEmpty()) {
                told.add(desk.told(new RunFact.ParamsGiven(fresh)));
            }
            if (!metrics.isEmpty()) {
                told.add(desk.told(new RunFact.Measured(metrics)));
            }
            if (!tags.isEmpty()) {
                told.add(desk.told(new RunFact.TagsChanged(tags, List.of())));
            }
            return told;
        });
        return Map.of();
    }

    private static void requireFew(String what, int most, int got) {
        if (got > most) {
            throw MlflowException.invalid("A batch logging request can contain at most " + most + " " + what + ". Got "
                    + got + " " + what + ". Please split up " + what + " across multiple requests and try again.");
        }
    }

    /** Those that are not there yet; one that is there with another value is refused. */
    private static Map<String, String> fresh(Transaction transaction, RunRows.Locked run, Map<String, String> params)
            throws SQLException {
        if (params.isEmpty()) {
            return params;
        }
        RunRows.knowParams(transaction, run);
        Map<String, String> fresh = new LinkedHashMap<>();
        List<String> changed = new ArrayList<>();
        params.forEach((key, value) -> {
            RunImage.Param present = run.image().param(key);
            if (present == null) {
                fresh.put(key, value);
            } else if (!present.value().equals(value)) {
                changed.add(
                        "{'key': '" + key + "', 'old_value': '" + present.value() + "', 'new_value': '" + value + "'}");
            }
        });
        if (!changed.isEmpty()) {
            throw MlflowException.invalid(
                    "Changing param values is not allowed. Params were already logged='[" + String.join(", ", changed)
                            + "]' for run ID='" + run.image().runId() + "'.");
        }
        return fresh;
    }

    @POST
    @Path("/log-metric")
    public Map<String, String> metric(@Nullable JsonNode body) {
        String runId = RunsResource.runId(Asked.of(body));
        Measurement metric = Entries.metric(RunsResource.fields(body), "");
        desk.change(actor(), runId, List.of(metric.key()), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            return List.of(desk.told(new RunFact.Measured(List.of(metric))));
        });
        return Map.of();
    }

    @POST
    @Path("/log-parameter")
    public Map<String, String> param(@Nullable JsonNode body) {
        String runId = RunsResource.runId(Asked.of(body));
        Map.Entry<String, String> param = Entries.param(RunsResource.fields(body), "");
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            RunRows.knowParams(transaction, run);
            RunImage.Param present = run.image().param(param.getKey());
            if (present != null && !present.value().equals(param.getValue())) {
                throw MlflowException.invalid("Changing param values is not allowed. Param with key='" + param.getKey()
                        + "' was already logged with value='" + present.value() + "' for run ID='" + runId
                        + "'. Attempted logging new value '" + param.getValue() + "'.");
            }
            return present != null
                    ? List.of()
                    : List.of(desk.told(new RunFact.ParamsGiven(Map.of(param.getKey(), param.getValue()))));
        });
        return Map.of();
    }

    @POST
    @Path("/set-tag")
    public Map<String, String> setTag(@Nullable JsonNode body) {
        String runId = RunsResource.runId(Asked.of(body));
        Map.Entry<String, String> tag = Entries.tag(RunsResource.fields(body), "");
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            return List.of(desk.told(new RunFact.TagsChanged(Map.of(tag.getKey(), tag.getValue()), List.of())));
        });
        return Map.of();
    }

    @POST
    @Path("/delete-tag")
    public Map<String, String> removeTag(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String runId = asked.required("run_id");
        String key = asked.required("key");
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            RunRows.knowTags(transaction, run);
            RunImage.Tag present = run.image().tag(key);
            if (present == null || present.value() == null) {
                throw new MlflowException(
                        MlflowException.Code.RESOURCE_DOES_NOT_EXIST,
                        "No tag with name: " + key + " in run with id " + runId);
            }
            return List.of(desk.told(new RunFact.TagsChanged(Map.of(), List.of(key))));
        });
        return Map.of();
    }

    @POST
    @Path("/log-inputs")
    public Map<String, String> inputs(@Nullable JsonNode body) {
        String runId = Asked.of(body).required("run_id");
        List<DatasetUse> uses = DatasetEntries.uses(RunsResource.fields(body).path("datasets"));
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            return uses.isEmpty() ? List.of() : List.of(desk.told(new RunFact.InputsRead(uses)));
        });
        return Map.of();
    }

    @POST
    @Path("/log-model")
    public Map<String, String> model(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String runId = asked.required("run_id");
        JsonNode model = parsed(asked.required("model_json"));
        for (String name : List.of("artifact_path", "flavors", "utc_time_created", "run_id")) {
            if (!model.has(name)) {
                throw MlflowException.invalid("Model json is missing mandatory fields: ['" + name + "']");
            }
        }
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            RunRows.knowTags(transaction, run);
            RunImage.Tag present = run.image().tag(MODELS);
            ArrayNode models = present == null || present.value() == null
                    ? JSON.createArrayNode()
                    : (ArrayNode) parsed(Objects.requireNonNull(present.value()));
            models.add(model);
            String history = models.toString();
            Entries.requireLength("value", Limits.TAG_VALUE, history);
            return List.of(desk.told(new RunFact.TagsChanged(Map.of(MODELS, history), List.of())));
        });
        return Map.of();
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw MlflowException.invalid("Malformed model info. \n " + json + " \n is not a valid JSON.");
        }
    }
}
