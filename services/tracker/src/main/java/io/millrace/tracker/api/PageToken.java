package io.millrace.tracker.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From where to go on with a list of which a part was shown. */
final class PageToken {

    /** A part of a list; without a token, nothing comes after it. */
    record Page<T>(List<T> rows, @Nullable String nextPageToken) {

        /** That of {@code all} which the token asks for. */
        static <T> Page<T> of(List<T> all, String token, int most) {
            int from = Math.min(offset(token), all.size());
            int to = (int) Math.min((long) from + most, all.size());
            return new Page<>(all.subList(from, to), to < all.size() ? at(to) : null);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private PageToken() {}

    static String at(int offset) {
        return Base64.getEncoder().encodeToString(("{\"offset\": " + offset + "}").getBytes(StandardCharsets.UTF_8));
    }

    static int offset(String token) {
        if (token.isEmpty()) {
            return 0;
        }
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            throw MlflowException.invalid("Invalid page token, could not base64-decode");
        }
        JsonNode offset;
        try {
            offset = JSON.readTree(decoded).path("offset");
        } catch (JsonProcessingException e) {
            offset = JSON.missingNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!offset.isInt() || offset.intValue() < 0) {
            throw MlflowException.invalid(
                    "Invalid page token, decoded value=" + new String(decoded, StandardCharsets.UTF_8));
        }
        return offset.intValue();
    }
}
