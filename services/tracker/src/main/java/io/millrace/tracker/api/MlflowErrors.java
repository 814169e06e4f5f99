package io.millrace.tracker.api;

import io.millrace.access.Refusals;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.artifacts.ArtifactException;
import io.millrace.tracker.search.SearchException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** What goes wrong, as MLflow's clients read it. */
@Singleton
public final class MlflowErrors {

    private static final String MLFLOW = "/api/";

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

    /** What is refused before MLflow's API is reached, or by the broker behind it, in the form that its clients read. */
    @ServerResponseFilter
    public void inTheirWords(ContainerRequestContext asked, ContainerResponseContext answer) {
        if (asked.getUriInfo().getPath().startsWith(MLFLOW) && answer.getEntity() instanceof Refusals.Refusal refusal) {
            answer.setEntity(new MlflowError(codeOf(answer.getStatus()), refusal.error()));
        }
    }

    private static String codeOf(int status) {
        return switch (status) {
            case 400 -> Code.INVALID_PARAMETER_VALUE.name();
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> Code.ENDPOINT_NOT_FOUND.name();
            case 503 -> Code.TEMPORARILY_UNAVAILABLE.name();
            default -> Code.INTERNAL_ERROR.name();
        };
    }
}
