package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.access.Role;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.artifacts.ArtifactPath;
import io.millrace.tracker.artifacts.ArtifactStore;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.store.StoredRun;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files of runs, as MLflow's clients send and fetch them. They stream through, whatever their size. */
@Path(ArtifactsResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class ArtifactsResource {

    static final String PATH = "/api/2.0/mlflow-artifacts/artifacts";

    /** What lies in a folder. */
    public record Files(List<FileRow> files) {}

    /** A file, or a folder, which has no size. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FileRow(
            String path, boolean isDir, @Nullable Long fileSize) {}

    /** Of a run's file: experiment, run, this, and where among the run's files. */
    private static final String FILES = "artifacts";

    private static final int BEFORE_FILES = 3;

    private final ArtifactStore store;
    private final RunDesk desk;
    private final SecurityIdentity identity;

    ArtifactsResource(ArtifactStore store, RunDesk desk, SecurityIdentity identity) {
        this.store = store;
        this.desk = desk;
        this.identity = identity;
    }

    @GET
    public Files list(@QueryParam("path") @Nullable String path) throws IOException {
        return new Files(store.list(ArtifactPath.of(path == null ? "" : path)).stream()
                .map(entry -> row("", entry))
                .toList());
    }

    static FileRow row(String folder, ArtifactStore.Entry entry) {
        return new FileRow(folder + entry.name(), entry.folder(), entry.folder() ? null : (Long) entry.bytes());
    }

    @GET
    @Path("/{path:.+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response download(@PathParam("path") String path) throws IOException {
        ArtifactStore.Content content = store.open(ArtifactPath.of(path))
                .orElseThrow(
                        () -> new MlflowException(Code.RESOURCE_DOES_NOT_EXIST, "No such artifact: '" + path + "'"));
        StreamingOutput body = out -> {
            try (InputStream stream = content.stream()) {
                stream.transferTo(out);
            }
        };
        return Response.ok(body)
                .header(HttpHeaders.CONTENT_LENGTH, content.bytes())
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    @PUT
    @Path("/{path:.+}")
    @Consumes(MediaType.WILDCARD)
    @RolesAllowed(Role.USES)
    public Map<String, String> upload(@PathParam("path") String path, InputStream content) throws IOException {
        ArtifactPath where = ArtifactPath.of(path);
        tell(where, store.put(where, content));
        return Map.of();
    }

    /** To the log of the run whose file it is. What lies elsewhere is of no run. */
    private void tell(ArtifactPath path, ArtifactStore.Stored stored) {
        List<String> names = path.names();
        if (names.size() <= BEFORE_FILES || !names.get(2).equals(FILES)) {
            return;
        }
        String runId = names.get(1);
        StoredRun.Summary known =
                desk.database().finding(transaction -> desk.views().info(transaction, runId));
        if (known != null) {
            String file = String.join("/", names.subList(BEFORE_FILES, names.size()));
            RunFact made = new RunFact.FileMade(file, store.uri(path), stored.bytes(), stored.sha256());
            desk.change(
                    "user:" + identity.getPrincipal().getName(),
                    runId,
                    List.of(),
                    (transaction, run) -> List.of(desk.told(made)));
        }
    }

    @DELETE
    @Path("/{path:.+}")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@PathParam("path") String path) throws IOException {
        store.delete(ArtifactPath.of(path));
        return Map.of();
    }
}
