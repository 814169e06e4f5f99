package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.access.Authority;
import io.millrace.access.Role;
import io.millrace.tracker.api.RunDesk.Told;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.FilterParser;
import io.millrace.tracker.search.Order;
import io.millrace.tracker.search.OrderParser;
import io.millrace.tracker.search.Searched;
import io.millrace.tracker.store.RunSearch;
import io.millrace.tracker.store.StoredExperiment;
import io.millrace.tracker.store.StoredRun;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Runs, as MLflow's clients ask for them. What they log is in {@link RunLogResource}. */
@Path("/api/2.0/mlflow/runs")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RunsResource {

    /** One run. */
    public record RunAnswer(RunAnswers.Run run) {}

    /** What a run has one of. */
    public record InfoAnswer(RunAnswers.Summary runInfo) {}

    /** Found runs; with a token, there are more. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record FoundRuns(
            List<RunAnswers.Run> runs, @Nullable String nextPageToken) {}

    private static final int USUALLY_FOUND = 1000;
    private static final int MOST_FOUND = 50_000;

    private final RunDesk desk;
    private final ExperimentDesk experiments;
    private final SecurityIdentity identity;

    RunsResource(RunDesk desk, ExperimentDesk experiments, SecurityIdentity identity) {
        this.desk = desk;
        this.experiments = experiments;
        this.identity = identity;
    }

    private String actor() {
        return Authority.of(identity).actor();
    }

    @POST
    @Path("/create")
    @RolesAllowed(Role.USES)
    public RunAnswer create(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        JsonNode fields = fields(body);
        Map<String, String> tags = new LinkedHashMap<>(Entries.tags(fields.path("tags")));
        String name = name(asked.text("run_name"), tags.get(RunImage.RUN_NAME));
        String experimentId = asked.text("experiment_id");
        StoredExperiment experiment = experiments.active(experimentId.isEmpty() ? "0" : experimentId);
        Long start = Entries.whole(fields.path("start_time"));
        tags.remove(RunImage.RUN_NAME);
        RunFact.Started started = new RunFact.Started(
                experiment.name(),
                experiment.id(),
                name,
                asked.text("user_id"),
                tags.get(RunImage.PARENT),
                tags.get(RunImage.JOB),
                null,
                tags,
                null);
        String runId = UUID.randomUUID().toString().replace("-", "");
        StoredRun run = desk.start(actor(), runId, new Told(start == null ? desk.now() : start, started));
        return new RunAnswer(RunAnswers.run(run));
    }

    private static String name(String asked, @Nullable String tag) {
        if (!asked.isEmpty() && tag != null && !tag.isEmpty() && !asked.equals(tag)) {
            throw MlflowException.invalid("Both 'run_name' argument and 'mlflow.runName' tag are specified, but with"
                    + " different values (run_name='" + asked + "', mlflow.runName='" + tag + "').");
        }
        return !asked.isEmpty() ? asked : tag != null && !tag.isEmpty() ? tag : RunNames.any();
    }

    @GET
    @Path("/get")
    public RunAnswer get(@Context UriInfo address) {
        return new RunAnswer(RunAnswers.run(desk.find(runId(Asked.of(address.getQueryParameters())))));
    }

    @POST
    @Path("/update")
    @RolesAllowed(Role.USES)
    public InfoAnswer update(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String runId = runId(asked);
        RunState state = state(fields(body).path("status"));
        Long end = Entries.whole(fields(body).path("end_time"));
        String name = asked.text("run_name");
        desk.change(actor(), runId, List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            List<Told> told = new ArrayList<>();
            RunState now = state == null ? run.image().head().state() : state;
            boolean ends = now.over() && (state != null || end != null);
            if (ends
                    && (now != run.image().head().state()
                            || !Objects.equals(end, run.image().head().times().end()))) {
                told.add(new Told(end == null ? desk.now() : end, new RunFact.Ended(now, "")));
            } else if (!now.over() && now != run.image().head().state()) {
                told.add(desk.told(new RunFact.Resumed(now == RunState.SCHEDULED)));
            }
            if (!name.isEmpty() && !name.equals(run.image().head().name())) {
                told.add(desk.told(new RunFact.TagsChanged(Map.of(RunImage.RUN_NAME, name), List.of())));
            }
            return told;
        });
        return new InfoAnswer(RunAnswers.summary(desk.info(runId)));
    }

    /** Also by MLflow's numbers. */
    private static @Nullable RunState state(JsonNode status) {
        if (status.isMissingNode() || status.isNull()) {
            return null;
        }
        return switch (status.asText()) {
            case "RUNNING", "1" -> RunState.RUNNING;
            case "SCHEDULED", "2" -> RunState.SCHEDULED;
            case "FINISHED", "3" -> RunState.FINISHED;
            case "FAILED", "4" -> RunState.FAILED;
            case "KILLED", "5" -> RunState.KILLED;
            default ->
                throw Entries.invalidValue(
                        "status", status.toString(), "it is none of RUNNING, SCHEDULED," + " FINISHED, FAILED, KILLED");
        };
    }

    @POST
    @Path("/delete")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@Nullable JsonNode body) {
        desk.change(actor(), runId(Asked.of(body)), List.of(), (transaction, run) -> {
            RunDesk.requireActive(run.image());
            return List.of(desk.told(new RunFact.Deleted()));
        });
        return Map.of();
    }

    @POST
    @Path("/restore")
    @RolesAllowed(Role.USES)
    public Map<String, String> restore(@Nullable JsonNode body) {
        desk.change(actor(), runId(Asked.of(body)), List.of(), (transaction, run) -> {
            RunDesk.requireDeleted(run.image());
            return List.of(desk.told(new RunFact.Restored()));
        });
        return Map.of();
    }

    @POST
    @Path("/search")
    public FoundRuns search(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        int most = asked.maxResults(USUALLY_FOUND, MOST_FOUND);
        Filter filter = FilterParser.parse(Searched.RUNS, asked.text("filter"));
        List<Order> orders = OrderParser.parse(Searched.RUNS, asked.texts("order_by"));
        RunSearch.Lifecycle lifecycle = lifecycle(fields(body).path("run_view_type"));
        List<String> experimentIds = ids(fields(body).path("experiment_ids"));
        int from = PageToken.offset(asked.text("page_token"));
        return desk.database().reading(transaction -> {
            List<Long> found = RunSearch.find(
                    transaction, desk.views().keys(), experimentIds, lifecycle, filter, orders, from, most + 1);
            boolean more = found.size() > most;
            List<Long> shown = more ? found.subList(0, most) : found;
            return new FoundRuns(
                    desk.views().all(transaction, shown).stream()
                            .map(RunAnswers::run)
                            .toList(),
                    more ? PageToken.at(from + most) : null);
        });
    }

    /** Texts, or numbers as old clients have them. */
    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        Entries.list(list, "experiment_ids").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    static RunSearch.Lifecycle lifecycle(JsonNode asked) {
        return switch (asked.asText("ACTIVE_ONLY")) {
            case "", "ACTIVE_ONLY", "1" -> RunSearch.Lifecycle.ACTIVE;
            case "DELETED_ONLY", "2" -> RunSearch.Lifecycle.DELETED;
            case "ALL", "3" -> RunSearch.Lifecycle.ALL;
            default ->
                throw Entries.invalidValue(
                        "run_view_type", asked.toString(), "it is none of ACTIVE_ONLY, DELETED_ONLY, ALL");
        };
    }

    static JsonNode fields(@Nullable JsonNode body) {
        return body == null ? MissingNode.getInstance() : body;
    }

    /** Old clients call it run_uuid. */
    static String runId(Asked asked) {
        String old = asked.text("run_uuid");
        return old.isEmpty() || !asked.text("run_id").isEmpty() ? asked.required("run_id") : old;
    }

    @GET
    @Path("/{call:.+}")
    public Map<String, String> unknown(@PathParam("call") String call) {
        throw UnknownResource.unknown(call);
    }

    @POST
    @Path("/{call:.+}")
    public Map<String, String> unknownAsPosted(@PathParam("call") String call) {
        throw UnknownResource.unknown(call);
    }
}
