package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.millrace.access.RefusedException;
import io.millrace.access.Role;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegisteredModel;
import io.millrace.tracker.domain.registry.RegistryEntry;
import io.millrace.tracker.domain.registry.RegistryEvent;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/** Models with all that they were: who did what, when, and what was so at any time. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class ModelHistoryResource {

    /** A model in short. */
    public record ModelRow(
            String name,
            int versions,
            int lastVersion,
            Map<String, Integer> aliases,
            Instant createdAt,
            Instant updatedAt) {}

    /** A model as it is, or as it was. */
    public record ModelState(
            String name,
            String description,
            Instant createdAt,
            Instant updatedAt,
            Map<String, String> tags,
            Map<String, Integer> aliases,
            List<VersionState> versions) {}

    /** A version as it is, or as it was. */
    public record VersionState(
            int version,
            String stage,
            List<String> aliases,
            String source,
            String location,
            @Nullable String runId,
            String registeredBy,
            Instant createdAt,
            Instant updatedAt,
            String description,
            Map<String, String> tags) {}

    /**
     * Something that happened.
     *
     * @param offset in the log
     * @param name of the model at that moment
     */
    public record Happened(
            long offset,
            Instant at,
            String actor,
            String name,
            String event,
            @JsonUnwrapped RegistryEvent what) {}

    private final ModelDesk desk;

    ModelHistoryResource(ModelDesk desk) {
        this.desk = desk;
    }

    @GET
    public List<ModelRow> list() {
        return desk.look(registry ->
                registry.models().stream().map(ModelHistoryResource::row).toList());
    }

    /** @param at an instant, or ms since the epoch; without, it is as it is */
    @GET
    @Path("/{name}")
    public ModelState get(@PathParam("name") String name, @QueryParam("at") @Nullable String at) {
        if (at == null) {
            return desk.look(registry -> state(registry.model(name)
                    .orElseThrow(() -> new NotFoundException("there is no model " + name
                            + "; its history may tell of one that was: /v1/models/" + name + "/history"))));
        }
        Instant asked = instant(at);
        return desk.look(registry -> state(registry.asOf(name, asked.toEpochMilli())
                .orElseThrow(() -> new NotFoundException("there was no model " + name + " at " + asked))));
    }

    @GET
    @Path("/{name}/history")
    public List<Happened> history(@PathParam("name") String name) {
        return desk.look(registry -> {
            List<RegistryEntry> entries = registry.history(name);
            if (entries.isEmpty()) {
                throw new NotFoundException("there never was a model " + name);
            }
            return entries.stream().map(ModelHistoryResource::happened).toList();
        });
    }

    private static Instant instant(String text) {
        try {
            return text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? Instant.ofEpochMilli(Long.parseLong(text))
                    : Instant.parse(text);
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new RefusedException(
                    Status.BAD_REQUEST,
                    "at is an instant such as 2026-01-31T12:00:00Z, or milliseconds since the epoch, not '" + text
                            + "'");
        }
    }

    private static ModelRow row(RegisteredModel model) {
        return new ModelRow(
                model.name(),
                model.versions().size(),
                model.lastVersion(),
                new TreeMap<>(model.aliases()),
                Instant.ofEpochMilli(model.createdAt()),
                Instant.ofEpochMilli(model.updatedAt()));
    }

    private static ModelState state(RegisteredModel model) {
        return new ModelState(
                model.name(),
                model.description(),
                Instant.ofEpochMilli(model.createdAt()),
                Instant.ofEpochMilli(model.updatedAt()),
                new TreeMap<>(model.tags()),
                new TreeMap<>(model.aliases()),
                model.versions().stream().map(version -> state(model, version)).toList());
    }

    private static VersionState state(RegisteredModel model, ModelVersion version) {
        return new VersionState(
                version.number(),
                version.stage().word(),
                model.aliasesOf(version.number()),
                version.source(),
                version.location(),
                version.runId(),
                version.registeredBy(),
                Instant.ofEpochMilli(version.createdAt()),
                Instant.ofEpochMilli(version.updatedAt()),
                version.description(),
                version.tags());
    }

    private static Happened happened(RegistryEntry entry) {
        return new Happened(
                entry.offset(),
                Instant.ofEpochMilli(entry.at()),
                entry.actor(),
                entry.name(),
                entry.event().getClass().getSimpleName(),
                entry.event());
    }
}
