package io.millrace.tracker.api;

import io.millrace.access.Role;
import io.millrace.tracker.artifacts.ArtifactPath;
import io.millrace.tracker.artifacts.ArtifactStore;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.store.StoredRun;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which files a run has, as MLflow's clients ask: those that lie here, and those that the log only tells of. */
@Path("/api/2.0/mlflow/artifacts")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class RunFilesResource {

    /** Files, with paths from {@code rootUri} on. */
    public record RunFiles(String rootUri, List<ArtifactsResource.FileRow> files) {}

    private static final String HERE = "mlflow-artifacts:/";

    private final RunDesk desk;
    private final ArtifactStore store;

    RunFilesResource(RunDesk desk, ArtifactStore store) {
        this.desk = desk;
        this.store = store;
    }

    @GET
    @Path("/list")
    public RunFiles list(@Context UriInfo address) throws IOException {
        Asked asked = Asked.of(address.getQueryParameters());
        StoredRun.Summary run = desk.info(RunsResource.runId(asked));
        ArtifactPath folder = ArtifactPath.of(asked.text("path"));
        String under = folder.isRoot() ? "" : folder.text() + "/";
        Map<String, ArtifactsResource.FileRow> files = new TreeMap<>();
        for (RunImage.File file : desk.files(run.runId())) {
            if (file.path().startsWith(under)) {
                int end = file.path().indexOf('/', under.length());
                String path = end < 0 ? file.path() : file.path().substring(0, end);
                files.put(path, new ArtifactsResource.FileRow(path, end >= 0, end < 0 ? (Long) file.bytes() : null));
            }
        }
        if (run.artifactUri().startsWith(HERE)) {
            ArtifactPath root = ArtifactPath.of(run.artifactUri().substring(HERE.length()));
            for (ArtifactStore.Entry entry : store.list(ArtifactPath.of(root.text() + "/" + folder.text()))) {
                files.put(under + entry.name(), ArtifactsResource.row(under, entry));
            }
        }
        return new RunFiles(run.artifactUri(), List.copyOf(files.values()));
    }
}
