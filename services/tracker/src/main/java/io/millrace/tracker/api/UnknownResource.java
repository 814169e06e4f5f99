package io.millrace.tracker.api;

import io.millrace.access.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;

/** What newer clients of MLflow ask for and is not here: they are told so in their own words, and do without it. */
@Path("/api/{version:[23]\\.0}/mlflow/{call:.+}")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.VIEWS)
public final class UnknownResource {

    @GET
    public Map<String, String> get(@PathParam("call") String call) {
        throw unknown(call);
    }

    @POST
    public Map<String, String> post(@PathParam("call") String call) {
        throw unknown(call);
    }

    @PUT
    public Map<String, String> put(@PathParam("call") String call) {
        throw unknown(call);
    }

    @PATCH
    public Map<String, String> patch(@PathParam("call") String call) {
        throw unknown(call);
    }

    @DELETE
    public Map<String, String> delete(@PathParam("call") String call) {
        throw unknown(call);
    }

    static MlflowException unknown(String call) {
        String instead = call.startsWith("logged-models")
                ? " Clients of MLflow 3 log models by it: log them with one of MLflow 2 (pip install 'mlflow<3'),"
                        + " or log the files with log_artifacts and register them with create_model_version."
                : "";
        return new MlflowException(
                MlflowException.Code.ENDPOINT_NOT_FOUND, "The tracker has no endpoint " + call + "." + instead);
    }
}
