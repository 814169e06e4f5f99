package io.millrace.monitor.codec;

import io.millrace.events.reference.FeatureBaseline;
import io.millrace.events.reference.FeatureKind;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.domain.drift.Bins;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.window.OpenWindow.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** References as they travel. */
public final class ReferenceCodec {

    private ReferenceCodec() {}

    /** @throws IllegalArgumentException when it contradicts itself */
    public static Reference reference(ReferenceSet event) {
        Map<String, FeatureReference> features = new TreeMap<>();
        for (FeatureBaseline baseline : event.getFeatures()) {
            features.put(baseline.getName(), feature(baseline));
        }
        return new Reference(event.getReferenceId(), event.getEffectiveFrom().toEpochMilli(), features);
    }

    private static FeatureReference feature(FeatureBaseline baseline) {
        long[] counts = longs(baseline.getCounts());
        return switch (baseline.getKind()) {
            case NUMERIC ->
                new FeatureReference.Numeric(
                        baseline.getName(),
                        new Bins(
                                baseline.getEdges().stream()
                                        .mapToDouble(Double::doubleValue)
                                        .toArray(),
                                baseline.getGroups().stream()
                                        .mapToInt(Integer::intValue)
                                        .toArray()),
                        counts,
                        baseline.getMissing(),
                        baseline.getDeviation(),
                        baseline.getLow(),
                        baseline.getHigh());
            case CATEGORICAL ->
                FeatureReference.Categorical.of(
                        baseline.getName(), baseline.getCategories(), counts, baseline.getMissing());
        };
    }

    public static FeatureBaseline baseline(FeatureReference feature) {
        return switch (feature) {
            case FeatureReference.Numeric numeric ->
                new FeatureBaseline(
                        numeric.feature(),
                        FeatureKind.NUMERIC,
                        Arrays.stream(numeric.intervals().edges()).boxed().toList(),
                        Arrays.stream(numeric.intervals().groups()).boxed().toList(),
                        List.of(),
                        list(numeric.counts()),
                        numeric.missing(),
                        numeric.deviation(),
                        numeric.low(),
                        numeric.high());
            case FeatureReference.Categorical categorical ->
                new FeatureBaseline(
                        categorical.feature(),
                        FeatureKind.CATEGORICAL,
                        List.of(),
                        List.of(),
                        categorical.categories(),
                        list(categorical.counts()),
                        categorical.missing(),
                        0.0,
                        0.0,
                        0.0);
        };
    }

    static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
