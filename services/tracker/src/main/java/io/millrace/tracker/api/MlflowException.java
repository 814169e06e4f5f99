package io.millrace.tracker.api;

/** How MLflow's API says no. */
public final class MlflowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** MLflow's codes, and the HTTP status of each. */
    public enum Code {
        INVALID_PARAMETER_VALUE(400),
        BAD_REQUEST(400),
        RESOURCE_ALREADY_EXISTS(400),
        RESOURCE_DOES_NOT_EXIST(404),
        ENDPOINT_NOT_FOUND(404),
        INVALID_STATE(500),
        INTERNAL_ERROR(500),
        NOT_IMPLEMENTED(501),
        TEMPORARILY_UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Code code;

    public MlflowException(Code code, String message) {
        super(message);
        this.code = code;
    }

    static MlflowException invalid(String message) {
        return new MlflowException(Code.INVALID_PARAMETER_VALUE, message);
    }

    Code code() {
        return code;
    }
}
