package io.millrace.governance.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.tree.Hash;
import org.jspecify.annotations.Nullable;

/** Reads an entry's line back. */
public final class EntryCodec {

    private static final ObjectMapper JSON = new ObjectMapper();

    private EntryCodec() {}

    /** @throws IllegalArgumentException when it is not an entry in its one form */
    public static AuditEntry parse(String line) {
        AuditEntry entry;
        try {
            JsonNode read = JSON.readTree(line);
            entry = new AuditEntry(
                    number(read, "index"),
                    number(read, "logged_at"),
                    new Covered(
                            read.path("topic").asText(),
                            (int) number(read, "partition"),
                            number(read, "first_offset"),
                            number(read, "last_offset"),
                            (int) number(read, "records"),
                            Hash.ofHex(read.path("digest").asText()),
                            text(read, "actor"),
                            text(read, "action"),
                            text(read, "subject"),
                            number(read, "first_at"),
                            number(read, "last_at")));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is no entry: " + line, e);
        }
        // Whatever was read otherwise than it was written, or not at all, shows here.
        if (!entry.line().equals(line)) {
            throw new IllegalArgumentException("this is no entry in its one form: " + line);
        }
        return entry;
    }

    private static long number(JsonNode read, String name) {
        return read.path(name).asLong();
    }

    private static @Nullable String text(JsonNode read, String name) {
        JsonNode value = read.path(name);
        return value.isTextual() ? value.asText() : null;
    }
}
