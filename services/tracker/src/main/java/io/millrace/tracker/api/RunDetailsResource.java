package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.tracker.store.Refusal;
import io.millrace.tracker.store.StoredRun;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** What MLflow has no words for: where a run comes from, what it takes to repeat it, what of it was refused. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RunDetailsResource {

    /**
     * A run, its job and its parts.
     *
     * @param manifest what it takes to repeat it, as JSON; null where nobody told
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Details(
            StoredRun.Summary run,
            List<StoredRun.Summary> parts,
            @JsonRawValue @Nullable String manifest,
            List<Refusal> refusals) {}

    private final RunDesk desk;

    RunDetailsResource(RunDesk desk) {
        this.desk = desk;
    }

    @GET
    @Path("/runs/{id}")
    public Details run(@PathParam("id") String runId) {
        Details found = desk.database().finding(transaction -> {
            StoredRun.Summary run = desk.views().info(transaction, runId);
            return run == null
                    ? null
                    : new Details(
                            run,
                            desk.views().partsOf(transaction, runId),
                            desk.views().manifest(transaction, runId),
                            Refusal.of(transaction, runId));
        });
        if (found == null) {
            throw new RefusedException(Status.NOT_FOUND, "there is no run " + runId);
        }
        return Objects.requireNonNull(found);
    }

    /** Runs that this job made, the newest first. */
    @GET
    @Path("/jobs/{id}/runs")
    public List<StoredRun.Summary> ofJob(@PathParam("id") String jobId) {
        return desk.database().reading(transaction -> desk.views().ofJob(transaction, jobId));
    }
}
