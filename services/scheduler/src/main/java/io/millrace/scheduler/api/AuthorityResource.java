package io.millrace.scheduler.api;

import io.millrace.access.Authority;
import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.scheduler.AuthorityLog;
import io.millrace.scheduler.codec.OrgDocument;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Member;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** What only some may say: policies, the organisation, overrides, preemptions. Each becomes an event of the scheduler's. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class AuthorityResource {

    /** Why somebody wants it. */
    public record Reason(@Nullable String reason) {}

    /** Stored; what comes of it is decided by the pool. */
    public record Accepted(String eventId) {}

    /** Stored: one event for each row that changed. */
    public record AllAccepted(List<String> eventIds) {}

    private static final int LONGEST_DOCUMENT = 1 << 20;
    private static final int LONGEST_REASON = 1_000;
    private static final Set<String> PLACED = Set.of("PLACED", "RUNNING");

    private final SecurityIdentity identity;
    private final SchedulerViews views;
    private final AuthorityLog log;

    AuthorityResource(SecurityIdentity identity, SchedulerViews views, AuthorityLog log) {
        this.identity = identity;
        this.views = views;
        this.log = log;
    }

    @PUT
    @Path("/policy")
    @Consumes(MediaType.WILDCARD)
    @RolesAllowed(Role.ADMINISTERS)
    public RestResponse<Accepted> policy(String document) {
        requireShort(document);
        try {
            PolicyDocument.parse(document);
        } catch (IllegalArgumentException e) {
            throw bad(e);
        }
        return accepted(log.adopt(authority(), document));
    }

    @PUT
    @Path("/org")
    @Consumes(MediaType.WILDCARD)
    @RolesAllowed(Role.ADMINISTERS)
    public RestResponse<AllAccepted> org(String document) {
        requireShort(document);
        List<Member> members;
        try {
            members = OrgDocument.parse(document);
        } catch (IllegalArgumentException e) {
            throw bad(e);
        }
        return RestResponse.status(
                Status.ACCEPTED,
                new AllAccepted(log.define(authority(), log.orgRows().changed(members))));
    }

    @POST
    @Path("/jobs/{id}/override")
    @RolesAllowed(Role.MANAGES)
    public RestResponse<Accepted> override(@PathParam("id") String jobId, @Nullable Reason asked) {
        String reason = reason(asked);
        String pool = poolOf(jobId, Set.of("WAITING"), "only a job that waits can be put before others");
        return accepted(log.override(authority(), jobId, pool, reason));
    }

    @POST
    @Path("/jobs/{id}/preemption")
    @RolesAllowed(Role.MANAGES)
    public RestResponse<Accepted> preempt(@PathParam("id") String jobId, @Nullable Reason asked) {
        String reason = reason(asked);
        String pool = poolOf(jobId, PLACED, "only a job that runs can be preempted");
        return accepted(log.preempt(authority(), jobId, pool, reason));
    }

    private Authority authority() {
        return Authority.of(identity);
    }

    /** As the decisions about the job tell it. */
    private String poolOf(String jobId, Set<String> states, String otherwise) {
        return views.read(all -> {
            JobView job = SchedulerResource.find(all, jobId);
            String pool = job.pool();
            if (pool == null || !states.contains(job.state())) {
                throw new RefusedException(Status.CONFLICT, "job " + jobId + " is " + job.state() + "; " + otherwise);
            }
            return pool;
        });
    }

    private static String reason(@Nullable Reason asked) {
        String reason =
                asked == null || asked.reason() == null ? "" : asked.reason().strip();
        if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
            throw new RefusedException(
                    Status.BAD_REQUEST,
                    "say why, in 1 to " + LONGEST_REASON + " characters: {\"reason\": \"...\"}; it is kept for ever");
        }
        return reason;
    }

    private static void requireShort(String document) {
        if (document.isBlank() || document.length() > LONGEST_DOCUMENT) {
            throw new RefusedException(
                    Status.BAD_REQUEST,
                    "the body must be the YAML document, at most " + LONGEST_DOCUMENT + " characters");
        }
    }

    private static RefusedException bad(IllegalArgumentException e) {
        return new RefusedException(Status.BAD_REQUEST, String.valueOf(e.getMessage()));
    }

    private static RestResponse<Accepted> accepted(String eventId) {
        return RestResponse.status(Status.ACCEPTED, new Accepted(eventId));
    }
}
