package io.millrace.tracker.artifacts;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where in a store something lies: names with / between, and no way out. Without names, the store's root. */
public record ArtifactPath(List<String> names) {

    /** MLflow's answer to all of them. */
    private static final String INVALID = "Invalid path";

    private static final int LONGEST_NAME = 255; // bytes: what file systems take

    public ArtifactPath {
        names = List.copyOf(names);
    }

    /**
     * Empty names and those of "." say nothing and are left out.
     *
     * @throws ArtifactException for what leads elsewhere: "..", roots, other systems' separators
     */
    public static ArtifactPath of(String path) {
        if (path.startsWith("/") || path.contains("\\") || path.matches("(?s)[A-Za-z]:.*")) {
            throw new ArtifactException(INVALID);
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")
                    || name.contains("#")
                    || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)
                    || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw new ArtifactException(INVALID);
            }
            names.add(name);
        }
        if (!names.isEmpty() && names.getFirst().equals(FolderArtifacts.PARTIAL)) {
            throw new ArtifactException(INVALID);
        }
        return new ArtifactPath(names);
    }

    public boolean isRoot() {
        return names.isEmpty();
    }

    /** With / between the names, and none before or after. */
    public String text() {
        return String.join("/", names);
    }
}
