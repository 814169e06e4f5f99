package io.millrace.cost.domain.budget;

import java.util.ArrayList;
import java.util.List;

/** Whose money it is: an organization, a team of it, a project of that: {@code org/team/project}. */
public record Scope(String path) implements Comparable<Scope> {

    public Scope {
        if (path.isEmpty() || path.startsWith("/") || path.endsWith("/") || path.contains("//")) {
            throw new IllegalArgumentException("'" + path + "' is no scope: names with a stroke between them are");
        }
    }

    /** This and all it is part of, the whole organization first. */
    public List<Scope> levels() {
        List<Scope> levels = new ArrayList<>();
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            levels.add(new Scope(path.substring(0, end)));
        }
        levels.add(this);
        return levels;
    }

    @Override
    public int compareTo(Scope other) {
        return path.compareTo(other.path);
    }
}
