package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.access.Role;
import io.millrace.tracker.api.RegisteredModelsResource.VersionAnswer;
import io.millrace.tracker.domain.registry.ModelCommand;
import io.millrace.tracker.domain.registry.RegisteredModel;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Versions of models, as MLflow's clients ask for them. */
@Path("/api/2.0/mlflow/model-versions")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class ModelVersionsResource {

    /** Where the files of a version lie. */
    public record Download(String artifactUri) {}

    /** Found versions; with a token, there are more. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FoundVersions(
            List<ModelViews.Version> modelVersions,
            @Nullable String nextPageToken) {}

    private static final int USUALLY_FOUND = 10_000;
    private static final int MOST_FOUND = 200_000;

    private final ModelDesk desk;

    ModelVersionsResource(ModelDesk desk) {
        this.desk = desk;
    }

    @POST
    @Path("/create")
    @RolesAllowed(Role.USES)
    public VersionAnswer create(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String name = asked.required("name");
        ModelCommand command = new ModelCommand.RegisterVersion(
                asked.required("source"),
                said(asked.text("run_id")),
                said(asked.text("run_link")),
                asked.text("description"),
                asked.tags());
        return desk.change(name, command, registry -> {
            RegisteredModel model = ModelDesk.find(registry, name);
            return answer(model, model.lastVersion());
        });
    }

    private static @Nullable String said(String text) {
        return text.isEmpty() ? null : text;
    }

    private static VersionAnswer answer(RegisteredModel model, int version) {
        return new VersionAnswer(ModelViews.version(model, ModelDesk.find(model, version)));
    }

    @PATCH
    @Path("/update")
    @RolesAllowed(Role.USES)
    public VersionAnswer update(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return changed(asked, new ModelCommand.DescribeVersion(asked.version(), asked.text("description")));
    }

    @POST
    @Path("/transition-stage")
    @RolesAllowed(Role.USES)
    public VersionAnswer changeStage(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return changed(
                asked,
                new ModelCommand.ChangeStage(
                        asked.version(), asked.required("stage"), asked.flag("archive_existing_versions")));
    }

    private VersionAnswer changed(Asked asked, ModelCommand command) {
        String name = asked.required("name");
        int version = asked.version();
        return desk.change(name, command, registry -> answer(ModelDesk.find(registry, name), version));
    }

    @DELETE
    @Path("/delete")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return desk.change(
                asked.required("name"), new ModelCommand.DeleteVersion(asked.version()), registry -> Map.of());
    }

    @GET
    @Path("/get")
    public VersionAnswer get(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        int version = asked.version();
        return desk.lookAt(asked.required("name"), model -> answer(model, version));
    }

    @GET
    @Path("/get-download-uri")
    public Download download(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        int version = asked.version();
        return desk.lookAt(
                asked.required("name"),
                model -> new Download(ModelDesk.find(model, version).location()));
    }

    @GET
    @Path("/search")
    public FoundVersions search(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        int most = asked.maxResults(USUALLY_FOUND, MOST_FOUND);
        return desk.look(registry -> {
            PageToken.Page<ModelSearch.Found> page = PageToken.Page.of(
                    ModelSearch.versions(registry, asked.text("filter"), asked.texts("order_by")),
                    asked.text("page_token"),
                    most);
            return new FoundVersions(
                    page.rows().stream()
                            .map(found -> ModelViews.version(found.model(), found.version()))
                            .toList(),
                    page.nextPageToken());
        });
    }

    @POST
    @Path("/set-tag")
    @RolesAllowed(Role.USES)
    public Map<String, String> setTag(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return desk.change(
                asked.required("name"),
                new ModelCommand.SetTag(asked.version(), asked.required("key"), asked.text("value")),
                registry -> Map.of());
    }

    @DELETE
    @Path("/delete-tag")
    @RolesAllowed(Role.USES)
    public Map<String, String> removeTag(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return desk.change(
                asked.required("name"),
                new ModelCommand.RemoveTag(asked.version(), asked.required("key")),
                registry -> Map.of());
    }
}
