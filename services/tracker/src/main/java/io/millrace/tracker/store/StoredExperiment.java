package io.millrace.tracker.store;

import java.util.Map;

/** An experiment as it is shown; times in ms since the epoch. */
public record StoredExperiment(
        String id,
        String name,
        String artifactLocation,
        boolean deleted,
        long createdAt,
        long updatedAt,
        boolean implied,
        Map<String, String> tags) {}
