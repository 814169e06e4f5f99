package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.access.Authority;
import io.millrace.access.Role;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.artifacts.ArtifactPath;
import io.millrace.tracker.artifacts.ArtifactStore;
import io.millrace.tracker.domain.RunFact;
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
        ArtifactStore.Stored stored = store.put(where, content);
        RunFile file = runFile(where);
        if (file != null && !file.path().isEmpty()) {
            tell(file.runId(), new RunFact.FileMade(file.path(), store.uri(where), stored.bytes(), stored.sha256()));
        }
        return Map.of();
    }

    /** Removes a file, or a folder with all that is in it. The run's log is told also where only it knows of the file. */
    @DELETE
    @Path("/{path:.+}")
    @RolesAllowed(Role.USES)
    public Map<String, String> delete(@PathParam("path") String path) throws IOException {
        ArtifactPath where = ArtifactPath.of(path);
        if (where.names().size() < BEFORE_FILES - 1 && desk.isExperiment(where.text())) {
            throw MlflowException.invalid(
                    "'" + path + "' holds the files of many runs: delete those of one run after the other");
        }
        boolean removed = store.delete(where);
        RunFile file = runFile(where);
        if (file != null && (removed || isToldOf(file))) {
            tell(file.runId(), new RunFact.FileRemoved(file.path()));
        }
        return Map.of();
    }

    private boolean isToldOf(RunFile file) {
        String under = file.path().isEmpty() ? "" : file.path() + "/";
        return desk.files(file.runId()).stream()
                .anyMatch(told -> told.path().equals(file.path()) || told.path().startsWith(under));
    }

    /** A file of a run, or all of them where the path is empty. */
    private record RunFile(String runId, String path) {}

    /** Null for what lies elsewhere: it is of no run. */
    private @Nullable RunFile runFile(ArtifactPath path) {
        List<String> names = path.names();
        if (names.size() < BEFORE_FILES - 1
                || (names.size() >= BEFORE_FILES && !names.get(2).equals(FILES))) {
            return null;
        }
        String runId = names.get(1);
        boolean known = desk.database().finding(transaction -> desk.views().info(transaction, runId)) != null;
        return known
                ? new RunFile(
                        runId, String.join("/", names.subList(Math.min(BEFORE_FILES, names.size()), names.size())))
                : null;
    }

    private void tell(String runId, RunFact fact) {
        desk.change(Authority.of(identity).actor(), runId, List.of(), (transaction, run) -> List.of(desk.told(fact)));
    }
}
