package io.millrace.governance.domain.audit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log.
 *
 * @param index its place in the log, from 0
 * @param loggedAt ms since the epoch
 */
public record AuditEntry(long index, long loggedAt, Covered covered) {

    /** What every entry's line begins with, before the rest of it. */
    static String beginning(long index) {
        return "{\"v\":1,\"index\":" + index + ",";
    }

    /**
     * The entry in its one form, a line of JSON: these names in this order, no spaces, and nothing escaped but quotes,
     * backslashes and control characters. Its UTF-8 bytes are the leaf of the tree.
     */
    public String line() {
        StringBuilder line = new StringBuilder(320).append(beginning(index));
        line.append("\"logged_at\":").append(loggedAt);
        text(line, "topic", covered.topic());
        line.append(",\"partition\":").append(covered.partition());
        line.append(",\"first_offset\":").append(covered.firstOffset());
        line.append(",\"last_offset\":").append(covered.lastOffset());
        line.append(",\"records\":").append(covered.records());
        text(line, "digest", covered.digest().hex());
        text(line, "actor", covered.actor());
        text(line, "action", covered.action());
        text(line, "subject", covered.subject());
        line.append(",\"first_at\":").append(covered.firstAt());
        line.append(",\"last_at\":").append(covered.lastAt());
        return line.append('}').toString();
    }

    /** What is hashed. */
    public byte[] leaf() {
        return line().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(StringBuilder line, String name, @Nullable String value) {
        line.append(",\"").append(name).append("\":");
        if (value == null) {
            line.append("null");
            return;
        }
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char one = value.charAt(i);
            switch (one) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (one < ' ') {
                        line.append("\\u00").append(HexFormat.of().toHexDigits((byte) one));
                    } else {
                        line.append(one);
                    }
                }
            }
        }
        line.append('"');
    }
}
