package io.millrace.tracker.domain.registry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What models, tags and aliases may be called; answers what is wrong, in MLflow's words. */
public final class ModelNames {

    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_KEY = 250;
    private static final int LONGEST_TAG = 100_000;
    private static final int LONGEST_ALIAS = 255;
    private static final Pattern ALIAS = Pattern.compile("[\\w\\-]*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern VERSION = Pattern.compile("[vV]\\d+");
    private static final Pattern KEY = Pattern.compile("[/\\w.\\- :]*", Pattern.UNICODE_CHARACTER_CLASS);

    private ModelNames() {}

    public static Optional<String> wrongWithName(String name) {
        if (name.isBlank()) {
            return Optional.of("Missing value for required parameter 'name'.");
        }
        if (name.contains("/") || name.contains(":")) {
            return Optional.of("Invalid model name '" + name + "'. Names cannot contain '/' or ':'.");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of(otherName("name", name));
        }
        return name.length() > LONGEST_NAME
                ? Optional.of("'name' exceeds the maximum length of " + LONGEST_NAME + " characters")
                : Optional.empty();
    }

    static Optional<String> wrongWithTags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .flatMap(tag -> wrongWithTag(tag.getKey(), tag.getValue()).stream())
                .findFirst();
    }

    static Optional<String> wrongWithTag(String key, String value) {
        if (!KEY.matcher(key).matches()) {
            return Optional.of(
                    "Invalid value " + quoted(key) + " for parameter 'key' supplied: Names may only contain"
                            + " alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).");
        }
        if (!normal(key).equals(key) || key.equals(".") || key.startsWith("..") || key.startsWith("/")) {
            return Optional.of(otherName("key", key));
        }
        return tooLong("key", LONGEST_KEY, key).or(() -> tooLong("value", LONGEST_TAG, value));
    }

    public static Optional<String> wrongWithAlias(String alias) {
        if (alias.isEmpty()) {
            return Optional.of("Registered model alias name cannot be empty.");
        }
        if (!ALIAS.matcher(alias).matches()) {
            return Optional.of("Invalid alias name: '" + alias
                    + "'. Names may only contain alphanumerics, underscores (_)," + " and dashes (-).");
        }
        return tooLong("Registered model alias name", LONGEST_ALIAS, alias);
    }

    static Optional<String> wrongWithNewAlias(String alias) {
        return wrongWithAlias(alias).or(() -> {
            if (alias.equalsIgnoreCase("latest")) {
                return Optional.of("'latest' alias name (case insensitive) is reserved.");
            }
            return VERSION.matcher(alias).matches()
                    ? Optional.of("Version alias name '" + alias + "' is reserved.")
                    : Optional.empty();
        });
    }

    private static Optional<String> tooLong(String what, int longest, String text) {
        return text.codePointCount(0, text.length()) > longest
                ? Optional.of("'" + what + "' exceeds the maximum length of " + longest + " characters")
                : Optional.empty();
    }

    private static String otherName(String parameter, String name) {
        return "Invalid value " + quoted(name) + " for parameter '" + parameter + "' supplied: Names may be treated as"
                + " files in certain cases, and must not resolve to other names when treated as such. This name would"
                + " resolve to '" + normal(name) + "'";
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** A path without what says nothing, as POSIX has it. */
    private static String normal(String path) {
        boolean rooted = path.startsWith("/");
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.equals("..") || !rooted) {
                parts.addLast(part);
            }
        }
        String joined = (rooted ? "/" : "") + String.join("/", parts);
        return joined.isEmpty() ? "." : joined;
    }
}
