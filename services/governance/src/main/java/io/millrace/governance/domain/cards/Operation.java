package io.millrace.governance.domain.cards;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model version does in service, as the monitor has it.
 *
 * @param until end of the last window it rests on
 * @param requests of that window
 * @param labels predictions of it whose truth is known
 * @param quality by name, such as accuracy
 * @param drifted features that no longer look like their reference
 * @param alerts summaries of those that fire
 */
public record Operation(
        Instant until,
        long requests,
        long labels,
        SortedMap<String, Double> quality,
        List<String> drifted,
        List<String> alerts) {

    public Operation {
        quality = Collections.unmodifiableSortedMap(new TreeMap<>(quality));
        drifted = drifted.stream().sorted().toList();
        alerts = alerts.stream().sorted().toList();
    }
}
