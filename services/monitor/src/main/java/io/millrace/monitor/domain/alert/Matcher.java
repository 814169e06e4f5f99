package io.millrace.monitor.domain.alert;

import java.util.Map;

/** What labels must be: equal to a value, or, where it ends in a star, begin with what is before it. */
public record Matcher(Map<String, String> labels) {

    public Matcher {
        labels = Map.copyOf(labels);
    }

    /** Whether each label that is asked for is there and fits; a label that is missing is an empty one. */
    public boolean matches(Map<String, String> others) {
        return labels.entrySet().stream()
                .allMatch(asked -> fits(asked.getValue(), others.getOrDefault(asked.getKey(), "")));
    }

    private static boolean fits(String asked, String value) {
        return asked.endsWith("*") ? value.startsWith(asked.substring(0, asked.length() - 1)) : value.equals(asked);
    }
}
