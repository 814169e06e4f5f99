package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.access.Role;
import io.millrace.tracker.domain.registry.ModelCommand;
import io.millrace.tracker.domain.registry.ModelNames;
import io.millrace.tracker.domain.registry.ModelVersion;
import io.millrace.tracker.domain.registry.RegisteredModel;
import io.millrace.tracker.domain.registry.Stage;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Models, as MLflow's clients ask for them. */
@Path("/api/2.0/mlflow/registered-models")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RegisteredModelsResource {

    /** One model. */
    public record ModelAnswer(ModelViews.Model registeredModel) {}

    /** One version. */
    public record VersionAnswer(ModelViews.Version modelVersion) {}

    /** Several versions. */
    public record VersionsAnswer(List<ModelViews.Version> modelVersions) {}

    /** Found models; with a token, there are more. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FoundModels(
            List<ModelViews.Model> registeredModels,
            @Nullable String nextPageToken) {}

    private static final int USUALLY_FOUND = 100;
    private static final int MOST_FOUND = 1000;

    private final ModelDesk desk;

    RegisteredModelsResource(ModelDesk desk) {
        this.desk = desk;
    }

    @POST
    @Path("/create")
    @RolesAllowed(Role.USES)
    public ModelAnswer create(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String name = asked.required("name");
        return changed(name, new ModelCommand.RegisterModel(asked.text("description"), asked.tags()), name);
    }

    @POST
    @Path("/rename")
    @RolesAllowed(Role.USES)
    public ModelAnswer rename(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String newName = asked.required("new_name");
        return changed(asked.required("name"), new ModelCommand.RenameModel(newName), newName);
    }

    @PATCH
    @Path("/update")
    @RolesAllowed(Role.USES)
    public ModelAnswer update(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        String name = asked.required("name");
        return changed(name, new ModelCommand.DescribeModel(asked.text("description")), name);
    }

    private ModelAnswer changed(String name, ModelCommand command, String nameAfter) {
        return desk.change(
                name, command, registry -> new ModelAnswer(ModelViews.model(ModelDesk.find(registry, nameAfter))));
    }

    @DELETE
    @Path("/delete")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@Nullable JsonNode body) {
        return desk.change(Asked.of(body).required("name"), new ModelCommand.DeleteModel(), registry -> Map.of());
    }

    @GET
    @Path("/get")
    public ModelAnswer get(@Context UriInfo address) {
        String name = Asked.of(address.getQueryParameters()).required("name");
        return desk.lookAt(name, model -> new ModelAnswer(ModelViews.model(model)));
    }

    @GET
    @Path("/search")
    public FoundModels search(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        int most = asked.maxResults(USUALLY_FOUND, MOST_FOUND);
        return desk.look(registry -> {
            PageToken.Page<RegisteredModel> page = PageToken.Page.of(
                    ModelSearch.models(registry, asked.text("filter"), asked.texts("order_by")),
                    asked.text("page_token"),
                    most);
            return new FoundModels(page.rows().stream().map(ModelViews::model).toList(), page.nextPageToken());
        });
    }

    @GET
    @Path("/get-latest-versions")
    public VersionsAnswer latest(@Context UriInfo address) {
        return latest(Asked.of(address.getQueryParameters()));
    }

    @POST
    @Path("/get-latest-versions")
    public VersionsAnswer latestAsPosted(@Nullable JsonNode body) {
        return latest(Asked.of(body));
    }

    private VersionsAnswer latest(Asked asked) {
        Set<Stage> stages = asked.texts("stages").stream()
                .map(word -> Stage.of(word).orElseThrow(() -> MlflowException.invalid(Stage.unknown(word))))
                .collect(Collectors.toSet());
        return desk.lookAt(
                asked.required("name"),
                model -> new VersionsAnswer(model.latest().stream()
                        .filter(version -> stages.isEmpty() || stages.contains(version.stage()))
                        .map(version -> ModelViews.version(model, version))
                        .toList()));
    }

    @POST
    @Path("/set-tag")
    @RolesAllowed(Role.USES)
    public Map<String, String> setTag(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return done(asked, new ModelCommand.SetTag(null, asked.required("key"), asked.text("value")));
    }

    @DELETE
    @Path("/delete-tag")
    @RolesAllowed(Role.USES)
    public Map<String, String> removeTag(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return done(asked, new ModelCommand.RemoveTag(null, asked.required("key")));
    }

    @POST
    @Path("/alias")
    @RolesAllowed(Role.USES)
    public Map<String, String> setAlias(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return done(asked, new ModelCommand.SetAlias(asked.required("alias"), asked.version()));
    }

    @DELETE
    @Path("/alias")
    @RolesAllowed(Role.USES)
    public Map<String, String> removeAlias(@Nullable JsonNode body) {
        Asked asked = Asked.of(body);
        return done(asked, new ModelCommand.RemoveAlias(asked.required("alias")));
    }

    private Map<String, String> done(Asked asked, ModelCommand command) {
        return desk.change(asked.required("name"), command, registry -> Map.of());
    }

    @GET
    @Path("/alias")
    public VersionAnswer byAlias(@Context UriInfo address) {
        Asked asked = Asked.of(address.getQueryParameters());
        String alias = asked.required("alias");
        ModelNames.wrongWithAlias(alias).ifPresent(wrong -> {
            throw MlflowException.invalid(wrong);
        });
        return desk.lookAt(
                asked.required("name"), model -> new VersionAnswer(ModelViews.version(model, named(model, alias))));
    }

    private static ModelVersion named(RegisteredModel model, String alias) {
        if (alias.equalsIgnoreCase("latest")) {
            return model.versions().stream()
                    .max(Comparator.comparingInt(ModelVersion::number))
                    .orElseThrow(() -> new MlflowException(
                            MlflowException.Code.RESOURCE_DOES_NOT_EXIST,
                            "Latest version not found for model " + model.name() + "."));
        }
        Integer version = model.aliases().get(alias);
        if (version == null) {
            throw MlflowException.invalid("Registered model alias " + alias + " not found.");
        }
        return ModelDesk.find(model, version);
    }
}
