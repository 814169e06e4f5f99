package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.access.Role;
import io.millrace.tracker.domain.Measurement;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Histories of metrics, as MLflow's clients ask for them. */
@Path("/api/2.0/mlflow/metrics")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class MetricsResource {

    /** A history in time; with a token, there is more. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record History(
            List<RunAnswers.Metric> metrics, @Nullable String nextPageToken) {}

    private static final int ALL = 1_000_000_000;

    private final RunDesk desk;

    MetricsResource(RunDesk desk) {
        this.desk = desk;
    }

    @GET
    @Path("/get-history")
    public History history(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        String runId = RunsResource.runId(asked);
        String key = asked.required("metric_key");
        int most = asked.maxResults(ALL, ALL);
        desk.info(runId);
        List<Measurement> all =
                desk.database().reading(transaction -> desk.views().history(transaction, runId, key));
        PageToken.Page<Measurement> page = PageToken.Page.of(all, asked.text("page_token"), most);
        return new History(page.rows().stream().map(RunAnswers::metric).toList(), page.nextPageToken());
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
