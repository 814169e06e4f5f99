package io.millrace.monitor.api;

import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.monitor.api.MonitorViews.AlertRow;
import io.millrace.monitor.api.MonitorViews.DriftRow;
import io.millrace.monitor.api.MonitorViews.FeatureRow;
import io.millrace.monitor.api.MonitorViews.ModelView;
import io.millrace.monitor.api.MonitorViews.NotificationRow;
import io.millrace.monitor.api.MonitorViews.QualityRow;
import io.millrace.monitor.api.MonitorViews.ServiceRow;
import io.millrace.monitor.api.MonitorViews.SilenceRow;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** How models do, whether their inputs drift, and what fires. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class MonitorResource {

    /** A model version in one line. */
    public record ModelRow(
            String model,
            @Nullable Instant newest,
            long requests,
            @Nullable Double errorRate,
            @Nullable Double latencyP95Ms,
            @Nullable String drift,
            List<String> drifted,
            @Nullable Double accuracy) {}

    /** A model version's windows, newest first. */
    public record ModelAnswer(String model, List<ServiceRow> service, List<DriftRow> drift, List<QualityRow> quality) {}

    /** Drift of a model version. */
    public record DriftAnswer(
            String model, Map<String, Instant> references, List<DriftRow> windows, List<FeatureRow> features) {}

    private static final String FIRING = "FIRING";
    private static final int MOST_ROWS = 1000;

    private final MonitorViews views;

    MonitorResource(MonitorViews views) {
        this.views = views;
    }

    @GET
    @Path("/models")
    public List<ModelRow> models() {
        return views.read(all -> {
            List<ModelRow> rows = new ArrayList<>();
            all.models().forEach((name, model) -> rows.add(row(name, model)));
            return rows;
        });
    }

    private static ModelRow row(String name, ModelView model) {
        ServiceRow service = model.service.stream()
                .filter(row -> row.segment() == null)
                .findFirst()
                .orElse(null);
        DriftRow drift = model.drift.peekFirst();
        return new ModelRow(
                name,
                service == null ? null : service.windowEnd(),
                service == null ? 0 : service.requests(),
                service == null ? null : service.errorRate(),
                service == null ? null : service.latencyP95Ms(),
                drift == null ? null : drift.outcome(),
                drift == null ? List.of() : drift.drifted(),
                model.quality.isEmpty()
                        ? null
                        : model.quality.lastEntry().getValue().accuracy());
    }

    @GET
    @Path("/models/{name}/{version}")
    public ModelAnswer model(@PathParam("name") String name, @PathParam("version") String version) {
        String key = name + "/" + version;
        return views.read(all -> {
            ModelView model = find(all, key);
            return new ModelAnswer(
                    key,
                    List.copyOf(model.service),
                    List.copyOf(model.drift),
                    List.copyOf(model.quality.descendingMap().values()));
        });
    }

    @GET
    @Path("/models/{name}/{version}/drift")
    public DriftAnswer drift(@PathParam("name") String name, @PathParam("version") String version) {
        String key = name + "/" + version;
        return views.read(all -> {
            ModelView model = find(all, key);
            return new DriftAnswer(
                    key,
                    new TreeMap<>(model.references),
                    List.copyOf(model.drift),
                    List.copyOf(model.features.values()));
        });
    }

    private static ModelView find(MonitorViews all, String key) {
        ModelView model = all.models().get(key);
        if (model == null) {
            throw new RefusedException(
                    Status.NOT_FOUND,
                    "nothing is known of model version " + key + " yet; a window is told of when it closes");
        }
        return model;
    }

    /** @param state FIRING, RESOLVED or all */
    @GET
    @Path("/alerts")
    public List<AlertRow> alerts(@QueryParam("state") @DefaultValue(FIRING) String state) {
        if (!List.of(FIRING, "RESOLVED", "all").contains(state)) {
            throw new RefusedException(Status.BAD_REQUEST, "state is FIRING, RESOLVED or all, not '" + state + "'");
        }
        return views.read(all -> all.alerts().values().stream()
                .filter(alert -> state.equals("all") || alert.state().equals(state))
                .sorted(Comparator.comparing(AlertRow::severity)
                        .thenComparing(AlertRow::since, Comparator.reverseOrder())
                        .thenComparing(AlertRow::fingerprint))
                .limit(MOST_ROWS)
                .toList());
    }

    @GET
    @Path("/alerts/{fingerprint}")
    public AlertRow alert(@PathParam("fingerprint") String fingerprint) {
        return views.read(all -> known(all, fingerprint));
    }

    static AlertRow known(MonitorViews all, String fingerprint) {
        AlertRow alert = all.alerts().get(fingerprint);
        if (alert == null) {
            throw new RefusedException(
                    Status.NOT_FOUND, "there is no alert " + fingerprint + "; GET /v1/alerts lists those that fire");
        }
        return alert;
    }

    /** Newest first. */
    @GET
    @Path("/notifications")
    public List<NotificationRow> notifications() {
        return views.read(all -> List.copyOf(all.notifications()));
    }

    @GET
    @Path("/silences")
    public List<SilenceRow> silences() {
        return views.read(all -> List.copyOf(all.silences().values()));
    }

    @GET
    @Path("/alert-rules")
    @Produces("application/yaml")
    public String rules() {
        String rules = views.<@Nullable String>read(MonitorViews::rules);
        if (rules == null) {
            throw new RefusedException(Status.NOT_FOUND, "no alert rules were adopted yet");
        }
        return rules;
    }
}
