package io.millrace.access;

import io.quarkus.runtime.BlockingOperationNotAllowedException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.spi.runtime.AuthorizationFailureEvent;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** How the API says no, always in the same form; and the log of it, which never holds a token. */
@Singleton
public final class Refusals {

    /** Why something was not done, and what to do about it. */
    public record Refusal(String error) {}

    private static final Logger LOG = Logger.getLogger(Refusals.class);
    private static final String UNKNOWN = "nobody known";
    private static final String METRICS = "/q/";

    private final SecurityIdentity identity;

    Refusals(SecurityIdentity identity) {
        this.identity = identity;
    }

    @ServerExceptionMapper
    public RestResponse<Refusal> missing(NotFoundException e, HttpServerRequest request) {
        return refuse(Status.NOT_FOUND, Objects.toString(e.getMessage(), ""), request);
    }

    @ServerExceptionMapper
    public RestResponse<Refusal> refused(RefusedException e, HttpServerRequest request) {
        return refuse(e.status(), Objects.toString(e.getMessage(), ""), request);
    }

    @ServerExceptionMapper
    public RestResponse<Refusal> notStored(NotStoredException e, HttpServerRequest request) {
        LOG.error("an event was not stored", e);
        return refuse(
                Status.SERVICE_UNAVAILABLE,
                "the broker did not confirm the event; it may be stored or not: look, and ask again",
                request);
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    public RestResponse<Refusal> unknown(Exception e, HttpServerRequest request) {
        boolean tried = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
        return refuse(
                Status.UNAUTHORIZED,
                tried
                        ? "this token is not known here, or has expired"
                        : "who asks needs a token: the header Authorization: Bearer TOKEN",
                request);
    }

    @ServerExceptionMapper
    public RestResponse<Refusal> forbidden(ForbiddenException e, ResourceInfo asked, HttpServerRequest request) {
        String needed = Optional.ofNullable(asked.getResourceMethod().getAnnotation(RolesAllowed.class))
                .map(allowed -> String.join(", ", allowed.value()))
                .orElse(Role.VIEWS);
        return refuse(Status.FORBIDDEN, name() + " may not do this: it needs the role " + needed, request);
    }

    /** What isn't asked of the API, such as its metrics, has no body that says why. */
    void elsewhere(@Observes AuthorizationFailureEvent failure) {
        Object context = failure.getEventProperties().get(RoutingContext.class.getName());
        if (context instanceof RoutingContext asked && asked.normalizedPath().startsWith(METRICS)) {
            SecurityIdentity who = failure.getSecurityIdentity();
            log(
                    who == null || who.isAnonymous()
                            ? UNKNOWN
                            : who.getPrincipal().getName(),
                    asked.request(),
                    who == null || who.isAnonymous() ? Status.UNAUTHORIZED : Status.FORBIDDEN,
                    "it needs the role " + Role.VIEWS);
        }
    }

    private String name() {
        try {
            return identity.isAnonymous() ? UNKNOWN : identity.getPrincipal().getName();
        } catch (BlockingOperationNotAllowedException e) {
            // For an address that there isn't nobody has looked who asks, and here nobody can.
            return UNKNOWN;
        }
    }

    private RestResponse<Refusal> refuse(Status status, String why, HttpServerRequest request) {
        log(status == Status.UNAUTHORIZED ? UNKNOWN : name(), request, status, why);
        ResponseBuilder<Refusal> answer =
                ResponseBuilder.create(status, new Refusal(why)).type(MediaType.APPLICATION_JSON_TYPE);
        return (status == Status.UNAUTHORIZED ? answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer") : answer).build();
    }

    private static void log(String who, HttpServerRequest request, Status status, String why) {
        LOG.warnf("refused %s %s to %s: %d, %s", request.method(), request.path(), who, status.getStatusCode(), why);
    }
}
