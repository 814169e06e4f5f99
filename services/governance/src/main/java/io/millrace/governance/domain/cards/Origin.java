package io.millrace.governance.domain.cards;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a model version comes from, as the tracker has it.
 *
 * @param description empty for none
 * @param registeredBy as {@code user:ada}
 * @param stage null where it is in none
 * @param runId of the run that trained it; null where nobody said
 * @param code commit that was trained from; null where nobody said
 * @param params of that run
 * @param metrics of that run, each one's last value
 * @param datasets that it read
 */
public record Origin(
        String description,
        Instant registeredAt,
        String registeredBy,
        @Nullable String stage,
        List<String> aliases,
        @Nullable String runId,
        @Nullable String code,
        SortedMap<String, String> params,
        SortedMap<String, Double> metrics,
        List<DatasetUsed> datasets) {

    public enum Use {
        TRAINING,
        EVALUATION
    }

    /** @param digest as the run logged it */
    public record DatasetUsed(String name, String digest, Use use) {}

    public Origin {
        aliases = aliases.stream().sorted().toList();
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        datasets = List.copyOf(datasets);
    }
}
