package io.millrace.tracker.domain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What names and values may be, in MLflow's words. Lengths are in characters. */
public final class Limits {

    public static final int KEY = 250;
    public static final int PARAM_VALUE = 6000;
    public static final int TAG_VALUE = 8000;
    public static final int EXPERIMENT_NAME = 500;
    public static final int EXPERIMENT_TAG_VALUE = 5000;
    public static final int DATASET_NAME = 500;
    public static final int DATASET_DIGEST = 36;
    public static final int DATASET_SOURCE = 65_535;
    public static final int DATASET_SCHEMA = 1_048_575;
    public static final int RUN_ID = 256;
    public static final int PATH = 500;

    private static final Pattern NAME = Pattern.compile("[/\\w.\\- :]*", Pattern.UNICODE_CHARACTER_CLASS);

    private Limits() {}

    /** What is wrong with the name of a param, metric or tag; null if nothing is. */
    public static @Nullable String wrongWithName(String name) {
        if (!NAME.matcher(name).matches()) {
            return "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ),"
                    + " colon(:) and slashes (/).";
        }
        String resolved = resolved(name);
        if (!resolved.equals(name) || resolved.equals(".") || resolved.startsWith("..") || resolved.startsWith("/")) {
            return "Names may be treated as files in certain cases, and must not resolve to other names when treated as"
                    + " such. This name would resolve to '" + resolved + "'";
        }
        return null;
    }

    /** What is wrong with the key of an entry that came by the log; null if nothing is. */
    static @Nullable String wrongWithKey(String key) {
        return length(key) > KEY ? tooLong("key", KEY) : wrongWithName(key);
    }

    /** What is wrong with a text that came by the log; null if nothing is. */
    static @Nullable String wrongWithText(String what, @Nullable String text, int longest) {
        if (text == null) {
            return null;
        }
        return length(text) > longest
                ? tooLong(what, longest)
                : text.indexOf('\0') >= 0 ? what + " has a character of value 0, which can't be kept" : null;
    }

    public static String tooLong(String what, int limit) {
        return "'" + what + "' exceeds the maximum length of " + limit + " characters";
    }

    /** Characters as people count them. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** As a path without detours. */
    private static String resolved(String path) {
        if (path.isEmpty()) {
            return ".";
        }
        // Two slashes at the start mean something of their own, three or more don't.
        String root = path.startsWith("//") && !path.startsWith("///") ? "//" : path.startsWith("/") ? "/" : "";
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            boolean up = part.equals("..");
            if (!up || (root.isEmpty() && (parts.isEmpty() || parts.getLast().equals("..")))) {
                parts.addLast(part);
            } else if (!parts.isEmpty()) {
                parts.removeLast();
            }
        }
        String joined = root + String.join("/", parts);
        return joined.isEmpty() ? "." : joined;
    }
}
