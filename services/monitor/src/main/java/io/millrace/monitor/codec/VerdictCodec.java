package io.millrace.monitor.codec;

import static io.millrace.monitor.codec.ReferenceCodec.list;

import io.millrace.events.drift.DriftEvent;
import io.millrace.events.drift.DriftMeasured;
import io.millrace.events.drift.Statistic;
import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.Outcome;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.domain.drift.DriftReport;
import io.millrace.monitor.domain.drift.FeatureDrift;
import io.millrace.monitor.domain.drift.FeatureSketch;
import io.millrace.monitor.domain.quality.ServiceWindow;
import io.millrace.monitor.domain.quality.Truth;
import io.millrace.monitor.domain.window.OpenWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Verdicts as they travel. Their ids are the same whenever they are made. */
public final class VerdictCodec {

    public static final String ACTOR = "service:monitor";

    private VerdictCodec() {}

    /** A model version. */
    public record Model(String name, String version) {
        /** As topics have it for their key. */
        public String key() {
            return name + "/" + version;
        }
    }

    /** A span of time, ms; the end is not part of it. */
    public record Span(long start, long end) {
        Instant from() {
            return Instant.ofEpochMilli(start);
        }

        Instant to() {
            return Instant.ofEpochMilli(end);
        }
    }

    public static VerdictEvent service(Model model, @Nullable String segment, Span span, ServiceWindow window) {
        return new VerdictEvent(
                model.key() + "/service/" + span.start() + (segment == null ? "" : "/" + segment),
                span.to(),
                ACTOR,
                new ServiceJudged(
                        model.name(),
                        model.version(),
                        segment,
                        span.from(),
                        span.to(),
                        window.requests(),
                        window.errors(),
                        window.errorRate(),
                        window.requests() * 1000.0 / (span.end() - span.start()),
                        number(window.latency().quantile(0.50)),
                        number(window.latency().quantile(0.95)),
                        number(window.latency().quantile(0.99)),
                        number(window.confidence().mean()),
                        list(window.confidence().counts()),
                        list(window.scores().counts()),
                        window.classes(),
                        window.ahead(),
                        window.repeated()));
    }

    public static VerdictEvent drift(Model model, Span span, OpenWindow.OfFeatures window, DriftReport report) {
        OpenWindow.Reference reference = window.reference();
        long missing = 0;
        long outOfRange = 0;
        long unseen = 0;
        for (FeatureSketch sketch : window.sketches().values()) {
            missing += sketch.missing();
            outOfRange += sketch.outOfRange();
            unseen += sketch.unseen();
        }
        return new VerdictEvent(
                model.key() + "/drift/" + span.start(),
                span.to(),
                ACTOR,
                new DriftJudged(
                        model.name(),
                        model.version(),
                        span.from(),
                        span.to(),
                        reference == null ? null : reference.id(),
                        Outcome.valueOf(report.outcome().name()),
                        report.features().stream()
                                .filter(feature -> feature.outcome() == FeatureDrift.Outcome.DRIFTED)
                                .map(FeatureDrift::feature)
                                .toList(),
                        report.judged(),
                        report.lowestAdjustedP(),
                        window.predictions(),
                        missing,
                        outOfRange,
                        unseen,
                        List.copyOf(window.unknown())));
    }

    /** Of one feature of a window that has a reference. */
    public static DriftEvent feature(
            Model model, Span span, String referenceId, FeatureDrift drift, FeatureSketch sketch) {
        List<Statistic> statistics = new ArrayList<>();
        for (FeatureDrift.Statistic statistic : drift.statistics()) {
            statistics.add(new Statistic(
                    statistic.method().name(),
                    statistic.variant(),
                    statistic.value(),
                    number(statistic.pValue()),
                    number(statistic.threshold()),
                    statistic.bound()));
        }
        return new DriftEvent(
                model.key() + "/" + span.start() + "/" + drift.feature(),
                span.to(),
                ACTOR,
                new DriftMeasured(
                        model.name(),
                        model.version(),
                        drift.feature(),
                        span.from(),
                        span.to(),
                        referenceId,
                        drift.referenceSize(),
                        drift.windowSize(),
                        sketch.missing(),
                        sketch.outOfRange(),
                        sketch.unseen(),
                        sketch.mistyped(),
                        statistics,
                        drift.adjustedP(),
                        io.millrace.events.drift.Outcome.valueOf(drift.outcome().name())));
    }

    /** @param detectors that saw errors change with the newest labels */
    public static VerdictEvent quality(Model model, Span span, long labels, Truth truth, List<String> detectors) {
        boolean classes = truth.classified() > 0;
        return new VerdictEvent(
                model.key() + "/quality/" + span.start() + "/" + labels,
                span.to(),
                ACTOR,
                new QualityRestated(
                        model.name(),
                        model.version(),
                        span.from(),
                        span.to(),
                        labels,
                        number(truth.accuracy()),
                        classes ? number(truth.macro(truth::precision)) : null,
                        classes ? number(truth.macro(truth::recall)) : null,
                        classes ? number(truth.macro(truth::f1)) : null,
                        number(truth.auc()),
                        number(truth.aucBound()),
                        number(truth.calibrationError()),
                        number(truth.brier()),
                        number(truth.meanAbsoluteError()),
                        number(truth.rootMeanSquaredError()),
                        detectors));
    }

    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
