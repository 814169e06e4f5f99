package io.millrace.tracker.api;

import io.millrace.access.Role;
import io.millrace.tracker.projection.Progress;
import io.millrace.tracker.store.Database;
import io.quarkus.runtime.Quarkus;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.lang.management.ManagementFactory;
import org.jboss.logging.Logger;

/** How far the tables are, and having them dropped and built again from the log. */
@Path("/v1/rebuild")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RebuildResource {

    /**
     * How far they are.
     *
     * @param startedAt when this process began, ms since the epoch
     */
    public record Rebuilding(long startedAt, boolean upToDate, int percent, long recordsLeft) {}

    private static final Logger LOG = Logger.getLogger(RebuildResource.class);

    private final Database database;
    private final Progress progress;
    private final SecurityIdentity identity;

    RebuildResource(Database database, Progress progress, SecurityIdentity identity) {
        this.database = database;
        this.progress = progress;
        this.identity = identity;
    }

    @GET
    public Rebuilding rebuilding() {
        return new Rebuilding(
                ManagementFactory.getRuntimeMXBean().getStartTime(),
                progress.caughtUp(),
                progress.percent(),
                progress.left());
    }

    /** Ends the process, too: who started it starts it again, and it begins with empty tables. */
    @POST
    @RolesAllowed(Role.ADMINISTERS)
    public Rebuilding rebuild() {
        Rebuilding before = rebuilding();
        LOG.warnf(
                "%s has the tables dropped and built again",
                identity.getPrincipal().getName());
        database.outdate();
        Quarkus.asyncExit();
        return before;
    }
}
