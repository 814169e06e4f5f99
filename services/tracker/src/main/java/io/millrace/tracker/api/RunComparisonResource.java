package io.millrace.tracker.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.tracker.domain.Comparison;
import io.millrace.tracker.domain.Downsampling;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.store.StoredRun;
import io.millrace.tracker.store.Transaction;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** Many runs side by side, and their curves with few points. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RunComparisonResource {

    /** A run in a comparison. */
    public record Row(
            String runId,
            String name,
            String experimentId,
            String status,
            Map<String, String> params,
            Map<String, Double> metrics) {}

    /**
     * What comes of it.
     *
     * @param runs in the order they were asked for; with a metric, the best first and those without it last
     * @param groups by params, if some were named
     */
    public record Compared(
            List<Row> runs,
            Map<String, String> sameParams,
            List<String> differingParams,
            Map<String, Comparison.Spread> metrics,
            List<Comparison.Group> groups) {}

    /**
     * A metric over time.
     *
     * @param measured how many values there are
     * @param notFinite how many of them are NaN or infinite: they are no points
     */
    public record Curve(String metric, int measured, int notFinite, List<Point> points) {}

    /** One value; {@code timestamp} in ms since the epoch. */
    public record Point(long step, long timestamp, double value) {}

    private static final int MOST_RUNS = 2000;
    private static final int FEWEST_POINTS = 3;
    private static final int MOST_POINTS = 10_000;

    private final RunDesk desk;

    RunComparisonResource(RunDesk desk) {
        this.desk = desk;
    }

    /** Body: run_ids, and if wanted metric, best (min or max) and group_by, a list of params. */
    @POST
    @Path("/runs/compare")
    public Compared compareMany(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return compare(asked.texts("run_ids"), asked.optional("metric"), asked.text("best"), asked.texts("group_by"));
    }

    @GET
    @Path("/runs/compare")
    public Compared compare(
            @QueryParam("run_id") List<String> runIds,
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("best") @DefaultValue("") String best,
            @QueryParam("group_by") List<String> groupBy) {
        if (runIds.isEmpty() || runIds.size() > MOST_RUNS) {
            throw bad("name 1 to " + MOST_RUNS + " runs to compare, not " + runIds.size());
        }
        if (!List.of("", "min", "max").contains(best)) {
            throw bad("best is min or max, not '" + best + "'");
        }
        List<StoredRun> found = desk.database().reading(transaction -> find(transaction, runIds));
        List<Row> rows =
                new ArrayList<>(found.stream().map(RunComparisonResource::row).toList());
        if (metric != null) {
            Comparator<Double> order = best.equals("min") ? Comparator.naturalOrder() : Comparator.reverseOrder();
            rows.sort(Comparator.comparing(row -> finite(row, metric), Comparator.nullsLast(order)));
        }
        List<Comparison.Side> sides = rows.stream()
                .map(row -> new Comparison.Side(row.runId(), row.params(), row.metrics()))
                .toList();
        Comparison compared = Comparison.of(sides);
        return new Compared(
                rows,
                compared.sameParams(),
                compared.differingParams(),
                compared.metrics(),
                groupBy.isEmpty() ? List.of() : Comparison.groups(sides, groupBy, metric));
    }

    private List<StoredRun> find(Transaction transaction, List<String> runIds) throws SQLException {
        Map<String, Long> numbers = new HashMap<>();
        for (String runId : runIds) {
            Long number = transaction.one(
                    "SELECT run_no FROM runs WHERE run_id = ? AND started_offset IS NOT NULL",
                    row -> row.getLong(1),
                    runId);
            if (number == null) {
                throw RunDesk.notFound(runId);
            }
            numbers.put(runId, number);
        }
        return desk.views()
                .all(transaction, runIds.stream().distinct().map(numbers::get).toList());
    }

    private static @Nullable Double finite(Row row, String metric) {
        Double value = row.metrics().get(metric);
        return value == null || !Double.isFinite(value) ? null : value;
    }

    private static Row row(StoredRun run) {
        Map<String, Double> metrics = new TreeMap<>();
        run.metrics().forEach(metric -> metrics.put(metric.key(), metric.value()));
        return new Row(
                run.summary().runId(),
                run.summary().name(),
                run.summary().experimentId(),
                run.summary().state().name(),
                run.params(),
                metrics);
    }

    /**
     * @param metrics all of the run's, if none is named
     * @param points of each curve, at most
     */
    @GET
    @Path("/runs/{id}/curves")
    public List<Curve> curves(
            @PathParam("id") String runId,
            @QueryParam("metric") List<String> metrics,
            @QueryParam("points") @DefaultValue("200") int points) {
        if (points < FEWEST_POINTS || points > MOST_POINTS) {
            throw bad("points are " + FEWEST_POINTS + " to " + MOST_POINTS + ", not " + points);
        }
        StoredRun run = desk.find(runId);
        List<String> wanted =
                metrics.isEmpty() ? run.metrics().stream().map(Measurement::key).toList() : metrics;
        return desk.database().reading(transaction -> {
            List<Curve> curves = new ArrayList<>();
            for (String metric : wanted) {
                curves.add(curve(metric, desk.views().history(transaction, runId, metric), points));
            }
            return curves;
        });
    }

    static Curve curve(String metric, List<Measurement> history, int most) {
        List<Measurement> finite = history.stream()
                .filter(one -> Double.isFinite(one.value()))
                .sorted(Comparator.comparingLong(Measurement::step).thenComparingLong(Measurement::time))
                .toList();
        List<Point> points = Downsampling.of(finite, Measurement::step, Measurement::value, most).stream()
                .map(one -> new Point(one.step(), one.time(), one.value()))
                .toList();
        return new Curve(metric, history.size(), history.size() - finite.size(), points);
    }

    private static RefusedException bad(String message) {
        return new RefusedException(Status.BAD_REQUEST, message);
    }
}
