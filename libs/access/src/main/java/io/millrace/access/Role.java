package io.millrace.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What somebody may ask of a service over HTTP. Each includes those before it. */
public enum Role {
    /** Sees everything. */
    VIEWER,
    /** Has jobs, runs and models. */
    USER,
    /** Puts jobs before others, and has them stopped. */
    MANAGER,
    /** Sets policies, and says what teams and users may claim. */
    ADMIN;

    /** As annotations name it. */
    public static final String VIEWS = "viewer";

    public static final String USES = "user";
    public static final String MANAGES = "manager";
    public static final String ADMINISTERS = "admin";

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a word that is no role */
    static Role of(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("a role is viewer, user, manager or admin, not '" + text + "'"));
    }

    /** These roles with all that they include; words that are no roles here stay as they are. */
    static Set<String> including(Collection<String> granted) {
        Set<String> all = new TreeSet<>(granted);
        for (Role role : values()) {
            if (granted.contains(role.text())) {
                Arrays.stream(values())
                        .filter(lesser -> lesser.compareTo(role) <= 0)
                        .forEach(lesser -> all.add(lesser.text()));
            }
        }
        return all;
    }
}
