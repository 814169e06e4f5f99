package io.millrace.governance.codec;

import io.millrace.events.fairness.CriterionJudged;
import io.millrace.events.fairness.FairnessCriterion;
import io.millrace.events.fairness.FairnessEvent;
import io.millrace.events.fairness.FairnessJudged;
import io.millrace.events.fairness.FairnessVerdict;
import io.millrace.events.fairness.GroupRate;
import io.millrace.events.fairness.GroupRates;
import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.governance.domain.fairness.FairnessCounts;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Finding;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.governance.domain.fairness.GroupCounts;
import io.millrace.governance.domain.fairness.Interval;
import io.millrace.governance.domain.fairness.Rate;
import io.millrace.stores.fairness.CountsRecord;
import io.millrace.stores.fairness.FairnessRecord;
import io.millrace.streams.StoreSerde;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts of decisions as they are stored, and reports on them as they travel. */
public final class FairnessCodec {

    public static final String ACTOR = "service:governance";

    private static final String UNFAIR = "UnfairDecisions";

    /**
     * What is told of a window.
     *
     * @param signals by fingerprint
     */
    public record Told(FairnessEvent stats, Map<String, SignalEvent> signals) {}

    private final StoreSerde<FairnessRecord> serde = StoreSerde.of(FairnessRecord.class, "fairness-window");

    public byte[] encode(FairnessWindow window) {
        List<CountsRecord> groups = new ArrayList<>();
        groups.add(new CountsRecord(Map.of(), window.counts().everybody().totals()));
        window.counts()
                .groups()
                .forEach((group, counts) -> groups.add(new CountsRecord(group.values(), counts.totals())));
        return serde.encode(new FairnessRecord(window.events(), window.told(), window.leftOut(), groups));
    }

    public FairnessWindow decode(byte[] stored) {
        FairnessRecord record = serde.decode(stored);
        FairnessCounts counts = new FairnessCounts();
        for (CountsRecord group : record.getGroups()) {
            counts.merge(
                    group.getValues().isEmpty() ? null : new Group(new TreeMap<>(group.getValues())),
                    GroupCounts.of(group.getCounts()));
        }
        return new FairnessWindow(counts, record.getEvents(), record.getTold(), record.getLeftOut());
    }

    /**
     * @param model its name and version, as {@code name/version}
     * @param at of the newest record that it rests on, ms since the epoch
     */
    public static Told told(String model, long start, long end, FairnessWindow window, FairnessReport report, long at) {
        String name = model.substring(0, model.lastIndexOf('/'));
        String version = model.substring(model.lastIndexOf('/') + 1);
        double z = report.policy().deviations();
        List<GroupRates> groups = new ArrayList<>();
        groups.add(
                rates(Map.of(), report.everybody().size() >= report.policy().minGroup(), report.everybody(), null, z));
        for (FairnessReport.GroupLine line : report.groups()) {
            groups.add(rates(line.group().values(), line.enough(), line.counts(), number(line.ratio()), z));
        }
        String eventId = model + "/" + start + "/" + window.events();
        FairnessJudged judged = new FairnessJudged(
                name,
                version,
                Instant.ofEpochMilli(start),
                Instant.ofEpochMilli(end),
                report.everybody().size(),
                report.everybody().known(),
                window.leftOut(),
                groups,
                report.findings().stream().map(FairnessCodec::judged).toList());
        Map<String, SignalEvent> signals = new TreeMap<>();
        for (Finding finding : report.findings()) {
            Finding.Pair certain = finding.certain();
            if (finding.verdict() == Finding.Verdict.PAST && certain != null) {
                String about = String.join("+", finding.attributes()) + "/" + finding.criterion();
                signals.put(
                        UNFAIR + "/" + model + "/" + about,
                        signal(eventId + "/" + about, name, version, finding, certain, at));
            }
        }
        return new Told(new FairnessEvent(eventId, Instant.ofEpochMilli(at), ACTOR, judged), signals);
    }

    private static GroupRates rates(
            Map<String, String> values, boolean enough, GroupCounts counts, @Nullable Double ratio, double z) {
        return new GroupRates(
                values,
                enough,
                rate(counts.selection(), z),
                rate(counts.truePositive(), z),
                rate(counts.falsePositive(), z),
                rate(counts.precision(), z),
                ratio);
    }

    private static GroupRate rate(Rate rate, double z) {
        Interval interval = rate.interval(z);
        return new GroupRate(rate.part(), rate.whole(), interval.low(), interval.high());
    }

    private static CriterionJudged judged(Finding finding) {
        Finding.Pair widest = finding.widest();
        return new CriterionJudged(
                finding.attributes(),
                FairnessCriterion.valueOf(finding.criterion().name()),
                FairnessVerdict.valueOf(finding.verdict().name()),
                number(finding.value()),
                widest == null ? null : widest.group().toString(),
                widest == null ? null : widest.against().toString(),
                finding.certain() != null);
    }

    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static SignalEvent signal(
            String id, String name, String version, Finding finding, Finding.Pair certain, long at) {
        return new SignalEvent(
                id,
                Instant.ofEpochMilli(at),
                ACTOR,
                new SignalRaised(
                        UNFAIR,
                        Severity.P2,
                        String.format(
                                Locale.ROOT,
                                "%s/%s: %s of %s and %s is %.3f, past what is allowed and not by chance",
                                name,
                                version,
                                finding.criterion().title(),
                                certain.group(),
                                certain.against(),
                                certain.value()),
                        Map.of(
                                "model_name",
                                name,
                                "model_version",
                                version,
                                "attributes",
                                String.join("+", finding.attributes()),
                                "criterion",
                                finding.criterion().name())));
    }
}
