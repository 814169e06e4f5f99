package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.access.Authority;
import io.millrace.access.Role;
import io.millrace.tracker.domain.Limits;
import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.FilterParser;
import io.millrace.tracker.search.Matching;
import io.millrace.tracker.search.Order;
import io.millrace.tracker.search.OrderParser;
import io.millrace.tracker.search.Searched;
import io.millrace.tracker.store.RunSearch;
import io.millrace.tracker.store.StoredExperiment;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Experiments, as MLflow's clients ask for them. */
@Path("/api/2.0/mlflow/experiments")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class ExperimentsResource {

    /** The id of a new one. */
    public record IdAnswer(String experimentId) {}

    /** One experiment. */
    public record ExperimentAnswer(Experiment experiment) {}

    /** An experiment; times in ms since the epoch. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Experiment(
            String experimentId,
            String name,
            String artifactLocation,
            String lifecycleStage,
            long lastUpdateTime,
            long creationTime,
            List<RunAnswers.Pair> tags) {}

    /** Found experiments; with a token, there are more. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record FoundExperiments(
            List<Experiment> experiments, @Nullable String nextPageToken) {}

    private static final int USUALLY_FOUND = 1000;
    private static final int MOST_FOUND = 50_000;

    private final ExperimentDesk desk;
    private final SecurityIdentity identity;

    ExperimentsResource(ExperimentDesk desk, SecurityIdentity identity) {
        this.desk = desk;
        this.identity = identity;
    }

    private String actor() {
        return Authority.of(identity).actor();
    }

    @POST
    @Path("/create")
    @RolesAllowed(Role.USES)
    public IdAnswer create(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return new IdAnswer(desk.create(
                actor(),
                asked.required("name"),
                asked.text("artifact_location"),
                Entries.tags(RunsResource.fields(body).path("tags"))));
    }

    @GET
    @Path("/get")
    public ExperimentAnswer get(@Context UriInfo address) {
        return new ExperimentAnswer(
                answer(desk.find(Asked.of(address.getQueryParameters()).required("experiment_id"))));
    }

    @GET
    @Path("/get-by-name")
    public ExperimentAnswer byName(@Context UriInfo address) {
        return new ExperimentAnswer(
                answer(desk.named(Asked.of(address.getQueryParameters()).required("experiment_name"))));
    }

    @POST
    @Path("/update")
    @RolesAllowed(Role.USES)
    public Map<String, String> update(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        desk.rename(actor(), asked.required("experiment_id"), asked.required("new_name"));
        return Map.of();
    }

    @POST
    @Path("/delete")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@Nullable JsonNode body) {
        desk.delete(actor(), Asked.of(body).required("experiment_id"));
        return Map.of();
    }

    @POST
    @Path("/restore")
    @RolesAllowed(Role.USES)
    public Map<String, String> restore(@Nullable JsonNode body) {
        desk.restore(actor(), Asked.of(body).required("experiment_id"));
        return Map.of();
    }

    @POST
    @Path("/set-experiment-tag")
    @RolesAllowed(Role.USES)
    public Map<String, String> setTag(@Nullable JsonNode body) {
        String id = Asked.of(body).required("experiment_id");
        Map.Entry<String, String> tag = Entries.tag(RunsResource.fields(body), "");
        Entries.requireLength("value", Limits.EXPERIMENT_TAG_VALUE, tag.getValue());
        desk.setTag(actor(), id, tag.getKey(), tag.getValue());
        return Map.of();
    }

    @GET
    @Path("/search")
    public FoundExperiments searchByAddress(@Context UriInfo address) {
        String view = address.getQueryParameters().getFirst("view_type");
        return search(
                Asked.of(address.getQueryParameters()),
                view == null ? JsonNodeFactory.instance.missingNode() : JsonNodeFactory.instance.textNode(view));
    }

    @POST
    @Path("/search")
    public FoundExperiments search(@Nullable JsonNode body) {
        return search(Asked.of(body), RunsResource.fields(body).path("view_type"));
    }

    private FoundExperiments search(Asked asked, JsonNode view) {
        int most = asked.maxResults(USUALLY_FOUND, MOST_FOUND);
        RunSearch.Lifecycle lifecycle = RunsResource.lifecycle(view);
        Filter filter = FilterParser.parse(Searched.EXPERIMENTS, asked.text("filter"));
        List<Order> orders = OrderParser.parse(Searched.EXPERIMENTS, asked.texts("order_by"));
        List<Experiment> found = desk.all().stream()
                .filter(experiment -> switch (lifecycle) {
                    case ALL -> true;
                    case ACTIVE -> !experiment.deleted();
                    case DELETED -> experiment.deleted();
                })
                .filter(experiment -> Matching.matches(filter, field -> values(experiment, field)))
                .sorted(comparator(orders))
                .map(ExperimentsResource::answer)
                .toList();
        PageToken.Page<Experiment> page = PageToken.Page.of(found, asked.text("page_token"), most);
        return new FoundExperiments(page.rows(), page.nextPageToken());
    }

    private static List<?> values(StoredExperiment experiment, Field field) {
        if (field.kind() == Field.Kind.TAG) {
            return Stream.ofNullable(experiment.tags().get(field.key())).toList();
        }
        return switch (field.key()) {
            case "experiment_id" -> List.of(experiment.id());
            case "name" -> List.of(experiment.name());
            case "creation_time" -> List.of(experiment.createdAt());
            case "last_update_time" -> List.of(experiment.updatedAt());
            default -> List.of();
        };
    }

    /** The newest first, unless something else is asked for. */
    private static Comparator<StoredExperiment> comparator(List<Order> orders) {
        Comparator<StoredExperiment> all = orders.isEmpty()
                ? Comparator.comparingLong(StoredExperiment::createdAt).reversed()
                : Comparator.comparing(experiment -> 0);
        for (Order order : orders) {
            Comparator<StoredExperiment> one = switch (order.field().key()) {
                case "name" -> Comparator.comparing(StoredExperiment::name);
                case "creation_time" -> Comparator.comparingLong(StoredExperiment::createdAt);
                case "last_update_time" -> Comparator.comparingLong(StoredExperiment::updatedAt);
                default -> Comparator.comparing(StoredExperiment::id);
            };
            all = all.thenComparing(order.ascending() ? one : one.reversed());
        }
        return all.thenComparing(StoredExperiment::id);
    }

    private static Experiment answer(StoredExperiment experiment) {
        return new Experiment(
                experiment.id(),
                experiment.name(),
                experiment.artifactLocation(),
                experiment.deleted() ? "deleted" : "active",
                experiment.updatedAt(),
                experiment.createdAt(),
                RunAnswers.pairs(experiment.tags()));
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
