package io.millrace.tracker.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files may have any size, and are not kept in memory; all else that is sent is, and has to say how large it is. */
@Singleton
final class BodyLimit {

    static final long MOST_BYTES = 32L << 20;

    private static final int BAD_REQUEST = 400;
    private static final int LENGTH_REQUIRED = 411;
    private static final int CONTENT_TOO_LARGE = 413;
    private static final int BEFORE_ALL_ELSE = -10_000;
    private static final Set<HttpMethod> WITH_BODY =
            Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    void limit(@Observes Router router) {
        router.route().order(BEFORE_ALL_ELSE).handler(BodyLimit::check);
    }

    private static void check(RoutingContext context) {
        boolean file = context.normalizedPath().startsWith(ArtifactsResource.PATH + "/");
        int refused = file || !WITH_BODY.contains(context.request().method())
                ? 0
                : refused(
                        context.request().getHeader(HttpHeaders.CONTENT_LENGTH),
                        context.request().getHeader(HttpHeaders.TRANSFER_ENCODING));
        if (refused == 0) {
            context.next();
        } else {
            context.response()
                    .setStatusCode(refused)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end("{\"error_code\": \"BAD_REQUEST\", \"message\": \"A request says its length, which is at most "
                            + MOST_BYTES + " bytes.\"}");
        }
    }

    /** The status that says no; 0 if there is nothing against it. */
    static int refused(@Nullable String length, @Nullable String encoding) {
        if (length == null) {
            return encoding == null ? 0 : LENGTH_REQUIRED;
        }
        try {
            return Long.parseLong(length.strip()) > MOST_BYTES ? CONTENT_TOO_LARGE : 0;
        } catch (NumberFormatException e) {
            return BAD_REQUEST;
        }
    }
}
