package io.millrace.tracker.domain;

import java.util.List;
import java.util.Map;

/** What may be said of an experiment. */
public sealed interface ExperimentFact {

    /**
     * Somebody made it.
     *
     * @param artifactLocation where artifacts of its runs lie
     */
    record Created(String name, String artifactLocation, Map<String, String> tags) implements ExperimentFact {}

    /** It has another name. */
    record Renamed(String name) implements ExperimentFact {}

    /** It is no longer wanted. */
    record Deleted() implements ExperimentFact {}

    /** It is wanted again. */
    record Restored() implements ExperimentFact {}

    /** Its tags changed. */
    record TagsChanged(Map<String, String> set, List<String> removed) implements ExperimentFact {}
}
