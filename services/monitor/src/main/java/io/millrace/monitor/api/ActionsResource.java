package io.millrace.monitor.api;

import io.millrace.access.Authority;
import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.MonitorLog;
import io.millrace.monitor.PastWindow;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.millrace.monitor.codec.ReferenceCodec;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.streams.ServiceClock;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** What only some may say: rules, acknowledgements, silences, references. Each becomes an event of the monitor's. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class ActionsResource {

    /** Why somebody does it. */
    public record Reason(@Nullable String reason) {}

    /**
     * A silence as it is asked for.
     *
     * @param startsAt RFC 3339; null for now
     * @param endsAt RFC 3339
     */
    public record SilenceForm(
            @Nullable Map<String, String> matchers,
            @Nullable String startsAt,
            @Nullable String endsAt,
            @Nullable String reason) {}

    /** Stored, under this id. */
    public record Accepted(String id) {}

    private static final int LONGEST_DOCUMENT = 1 << 20;
    private static final int LONGEST_REASON = 1_000;
    private static final Duration LONGEST_SILENCE = Duration.ofDays(366);

    private final SecurityIdentity identity;
    private final MonitorViews views;
    private final MonitorLog log;
    private final ServiceClock clock;

    ActionsResource(SecurityIdentity identity, MonitorViews views, MonitorLog log, ServiceClock clock) {
        this.identity = identity;
        this.views = views;
        this.log = log;
        this.clock = clock;
    }

    @PUT
    @Path("/alert-rules")
    @Consumes(MediaType.WILDCARD)
    @RolesAllowed(Role.ADMINISTERS)
    public RestResponse<Accepted> rules(String document) {
        if (document.isBlank() || document.length() > LONGEST_DOCUMENT) {
            throw bad("the body must be the YAML document, at most " + LONGEST_DOCUMENT + " characters");
        }
        try {
            AlertRulesDocument.parse(document);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
        return accepted(log.adopt(authority(), document));
    }

    @POST
    @Path("/alerts/{fingerprint}/acknowledgement")
    @RolesAllowed(Role.USES)
    public RestResponse<Accepted> acknowledge(@PathParam("fingerprint") String fingerprint, @Nullable Reason asked) {
        String reason = reason(asked == null ? null : asked.reason());
        String state = views.read(all -> MonitorResource.known(all, fingerprint).state());
        if (!state.equals("FIRING")) {
            throw new RefusedException(Status.CONFLICT, "alert " + fingerprint + " is " + state + " already");
        }
        return accepted(log.acknowledge(authority(), fingerprint, reason));
    }

    @POST
    @Path("/silences")
    @RolesAllowed(Role.MANAGES)
    public RestResponse<Accepted> silence(@Nullable SilenceForm form) {
        if (form == null || form.matchers() == null || form.matchers().isEmpty() || form.endsAt() == null) {
            throw bad("a silence needs matchers, an end and a reason: {\"matchers\": {\"model_name\": \"digits\"},"
                    + " \"ends_at\": \"2026-01-31T18:00:00Z\", \"reason\": \"...\"}");
        }
        Instant now = now();
        Instant starts = form.startsAt() == null ? now : instant("starts_at", form.startsAt());
        Instant ends = instant("ends_at", form.endsAt());
        if (!ends.isAfter(starts) || !ends.isAfter(now) || ends.isAfter(now.plus(LONGEST_SILENCE))) {
            throw bad("a silence ends after it starts, in the future, and within a year");
        }
        return accepted(log.silence(authority(), form.matchers(), starts, ends, reason(form.reason())));
    }

    @DELETE
    @Path("/silences/{id}")
    @RolesAllowed(Role.MANAGES)
    public RestResponse<Accepted> endSilence(@PathParam("id") String id) {
        if (views.read(all -> !all.silences().containsKey(id))) {
            throw new RefusedException(Status.NOT_FOUND, "there is no silence " + id + "; GET /v1/silences lists them");
        }
        return accepted(log.endSilence(authority(), id));
    }

    @PUT
    @Path("/models/{name}/{version}/reference")
    @RolesAllowed(Role.USES)
    public RestResponse<Accepted> refer(
            @PathParam("name") String name, @PathParam("version") String version, @Nullable SampleDocument sample) {
        if (sample == null) {
            throw bad("the body must be the reference: {\"features\": {...}}, or the past window that it is taken from:"
                    + " {\"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00Z\"}");
        }
        List<FeatureReference> features;
        PastWindow past = past(name, version, sample);
        try {
            features = past == null ? sample.baselines() : log.sample(past);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
        Instant now = now();
        Instant from = sample.effectiveFrom() == null ? now : instant("effective_from", sample.effectiveFrom());
        if (clock instanceof ServiceClock.Wall && from.isBefore(now.minus(Duration.ofMinutes(1)))) {
            throw bad("effective_from is past: windows that were judged stay as they were judged");
        }
        String id = sample.referenceId() == null ? UUID.randomUUID().toString() : sample.referenceId();
        Authority authority = authority();
        log.refer(
                authority,
                new ReferenceSet(
                        id,
                        name,
                        version,
                        from,
                        sample.source() != null
                                ? sample.source()
                                : past == null ? "" : "predictions from " + past.from() + " to " + past.to(),
                        authority.method(),
                        features.stream().map(ReferenceCodec::baseline).toList()));
        return accepted(id);
    }

    private static @Nullable PastWindow past(String name, String version, SampleDocument sample) {
        if (sample.from() == null && sample.to() == null) {
            return null;
        }
        if (sample.from() == null || sample.to() == null || sample.features() != null) {
            throw bad("a past window needs both from and to, and then no features");
        }
        Instant from = instant("from", sample.from());
        Instant to = instant("to", sample.to());
        if (!to.isAfter(from)) {
            throw bad("the past window ends at " + to + ", which is not after its beginning, " + from);
        }
        return new PastWindow(name, version, from, to);
    }

    private Instant now() {
        return clock.ticks() ? Instant.ofEpochMilli(clock.nowMs()) : Instant.now();
    }

    private Authority authority() {
        return Authority.of(identity);
    }

    private static Instant instant(String what, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw bad(what + " is '" + text + "'; an instant is like 2026-01-31T18:00:00Z");
        }
    }

    private static String reason(@Nullable String given) {
        String reason = given == null ? "" : given.strip();
        if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
            throw bad("say why, in 1 to " + LONGEST_REASON + " characters: {\"reason\": \"...\"}; it is kept for ever");
        }
        return reason;
    }

    private static RefusedException bad(String message) {
        return new RefusedException(Status.BAD_REQUEST, message);
    }

    private static RestResponse<Accepted> accepted(String id) {
        return RestResponse.status(Status.ACCEPTED, new Accepted(id));
    }
}
