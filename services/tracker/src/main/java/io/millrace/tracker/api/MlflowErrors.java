package io.millrace.tracker.api;

import io.millrace.tracker.artifacts.ArtifactException;
import io.millrace.tracker.search.SearchException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What goes wrong, as MLflow's clients read it. */
@Singleton
public final class MlflowErrors {

    /** The body of every answer that says no. */
    public record MlflowError(String errorCode, String message) {}

    @ServerExceptionMapper
    public RestResponse<MlflowError> refused(MlflowException e) {
        return ResponseBuilder.create(
                        RestResponse.Status.fromStatusCode(e.code().status()),
                        new MlflowError(e.code().name(), Objects.toString(e.getMessage(), "")))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .build();
    }

    @ServerExceptionMapper
    public RestResponse<MlflowError> notUnderstood(SearchException e) {
        return refused(MlflowException.invalid(Objects.toString(e.getMessage(), "")));
    }

    @ServerExceptionMapper
    public RestResponse<MlflowError> noSuchPlace(ArtifactException e) {
        return refused(MlflowException.invalid(Objects.toString(e.getMessage(), "")));
    }
}
