package io.millrace.tracker.domain.registry;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How far a version has come. */
public enum Stage {
    NONE("None"),
    STAGING("Staging"),
    PRODUCTION("Production"),
    ARCHIVED("Archived");

    private final String word;

    Stage(String word) {
        this.word = word;
    }

    /** As MLflow writes it. */
    public String word() {
        return word;
    }

    /** Whether there versions give way to others. */
    public boolean active() {
        return this == STAGING || this == PRODUCTION;
    }

    /** In any case. */
    public static Optional<Stage> of(String word) {
        return Arrays.stream(values())
                .filter(stage -> stage.word.equalsIgnoreCase(word))
                .findFirst();
    }

    /** What to say of a word that is none. */
    public static String unknown(String word) {
        return "Invalid Model Version stage: " + word + ". Value must be one of "
                + Arrays.stream(values()).map(Stage::word).collect(Collectors.joining(", ")) + ".";
    }
}
