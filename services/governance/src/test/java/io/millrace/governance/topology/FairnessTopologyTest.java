package io.millrace.governance.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.fairness.CriterionJudged;
import io.millrace.events.fairness.FairnessCriterion;
import io.millrace.events.fairness.FairnessEvent;
import io.millrace.events.fairness.FairnessJudged;
import io.millrace.events.fairness.FairnessVerdict;
import io.millrace.events.fairness.GroupRates;
import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.governance.codec.FairnessCodec;
import io.millrace.governance.codec.FairnessWindow;
import io.millrace.governance.domain.fairness.FairnessCounts;
import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.Favourable;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.governance.domain.fairness.GroupCounts;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TopologyHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairnessTopologyTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final FairnessPolicy POLICY = FairnessPolicy.DEFAULT;

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final TopologyHarness harness = new TopologyHarness(
            FairnessTopology.build(Duration.ofDays(1), new Favourable(Set.of("yes"), 0.5), POLICY, schemas),
            schemas,
            START);
    private final List<FairnessEvent> told = new ArrayList<>();
    private int events;

    @AfterEach
    void close() {
        harness.close();
    }

    private record Decided(String id, Instant at, Map<String, String> groups, double score) {}

    private void predict(Decided decided) {
        harness.send(
                Topics.PREDICTIONS,
                "credit/3",
                new PredictionEvent(
                        "event-" + events++,
                        decided.at(),
                        "server:a",
                        PredictionMade.newBuilder()
                                .setPredictionId(decided.id())
                                .setModelName("credit")
                                .setModelVersion("3")
                                .setScore(decided.score())
                                .setGroups(decided.groups())
                                .build()),
                decided.at());
    }

    private void label(String id, boolean actual, Instant at) {
        harness.send(
                Topics.LABELS,
                id,
                new LabelEvent("event-" + events++, at, "user:ada", new LabelKnown(id, actual ? "yes" : "no", null)),
                at);
    }

    /** The newest event of each window. */
    private Map<Instant, FairnessJudged> newest() {
        harness.read(Topics.FAIRNESS_STATS).forEach(written -> told.add(written.value()));
        Map<Instant, FairnessJudged> newest = new TreeMap<>();
        for (FairnessEvent event : told) {
            if (event.getPayload() instanceof FairnessJudged judged) {
                newest.put(judged.getWindowStart(), judged);
            }
        }
        return newest;
    }

    private FairnessJudged newest(Instant window) {
        return requireNonNull(newest().get(window));
    }

    private List<SignalRaised> signals() {
        return harness.read(Topics.ALERT_SIGNALS).stream()
                .map(written -> ((SignalEvent) written.value()).getPayload())
                .map(SignalRaised.class::cast)
                .toList();
    }

    @Test
    void shouldSayWhatADirectCountSays() {
        SeededRandom random = SeededRandom.of("FairnessTopologyTest");
        List<Decided> all = IntStream.range(0, 2_000)
                .mapToObj(i -> new Decided(
                        "p" + i,
                        START.plusSeconds(i * 60L),
                        Map.of(
                                "sex", random.nextBoolean() ? "F" : "M",
                                "age", random.nextInt(3) == 0 ? "old" : "young"),
                        random.nextInt(1_001) / 1_000.0))
                .toList();
        Map<Instant, FairnessCounts> expected = new TreeMap<>();
        Instant end = START.plus(Duration.ofDays(5));
        for (Decided decided : all) {
            boolean selected = decided.score() >= 0.5;
            boolean labelled = random.nextInt(10) < 7;
            boolean actual = random.nextDouble() < decided.score();
            boolean early = random.nextInt(5) == 0;
            if (labelled && early) {
                label(decided.id(), actual, decided.at());
            }
            predict(decided);
            if (random.nextInt(10) == 0) {
                predict(decided);
            }
            if (labelled && !early) {
                label(decided.id(), actual, end);
            }
            if (labelled && random.nextInt(10) == 0) {
                label(decided.id(), !actual, end);
            }
            Instant window = decided.at().equals(START) || decided.at().isBefore(START.plus(Duration.ofDays(1)))
                    ? START
                    : START.plus(Duration.ofDays(1));
            FairnessCounts counts = expected.computeIfAbsent(window, key -> new FairnessCounts());
            List<Group> groups = Group.of(decided.groups(), true);
            counts.answered(groups, selected);
            if (labelled) {
                counts.known(groups, selected, actual);
                counts.scored(groups, decided.score(), actual);
            }
        }
        harness.advanceWallClock(CountProcessor.REST_TOLD_EVERY);
        Map<Instant, FairnessJudged> newest = newest();
        assertThat(newest.keySet()).containsAll(expected.keySet());
        expected.forEach((window, counts) -> {
            FairnessJudged judged = requireNonNull(newest.get(window));
            assertThat(judged.getDecisions()).isEqualTo(counts.everybody().size());
            assertThat(judged.getKnown()).isEqualTo(counts.everybody().known());
            assertThat(judged.getLeftOut()).isZero();
            assertThat(judged.getWindowEnd()).isEqualTo(window.plus(Duration.ofDays(1)));
            Map<Map<String, String>, GroupRates> rates = new HashMap<>();
            judged.getGroups().forEach(group -> rates.put(group.getValues(), group));
            assertThat(rates).hasSize(1 + 4 + 4);
            counts.groups().forEach((group, each) -> same(requireNonNull(rates.get(group.values())), each));
            same(requireNonNull(rates.get(Map.of())), counts.everybody());
        });
        assertThat(told.size()).as("told when there is a tenth more").isLessThan(250);
    }

    private static void same(GroupRates told, GroupCounts counts) {
        assertThat(told.getSelection().getPart()).isEqualTo(counts.selection().part());
        assertThat(told.getSelection().getWhole()).isEqualTo(counts.selection().whole());
        assertThat(told.getTruePositive().getPart())
                .isEqualTo(counts.truePositive().part());
        assertThat(told.getTruePositive().getWhole())
                .isEqualTo(counts.truePositive().whole());
        assertThat(told.getFalsePositive().getPart())
                .isEqualTo(counts.falsePositive().part());
        assertThat(told.getPrecision().getWhole()).isEqualTo(counts.precision().whole());
        assertThat(told.getSelection().getLow())
                .isEqualTo(counts.selection().interval(POLICY.deviations()).low());
    }

    @Test
    void shouldSignalWhatIsPastAndNotByChance() {
        for (int i = 0; i < 400; i++) {
            boolean woman = i % 2 == 0;
            predict(new Decided(
                    "p" + i, START.plusSeconds(i), Map.of("sex", woman ? "F" : "M"), woman && i % 8 != 0 ? 0.2 : 0.8));
        }
        FairnessJudged judged = newest(START);
        CriterionJudged ratio = judged.getFindings().stream()
                .filter(finding -> finding.getCriterion() == FairnessCriterion.DEMOGRAPHIC_PARITY_RATIO)
                .findFirst()
                .orElseThrow();
        assertThat(ratio.getVerdict()).isEqualTo(FairnessVerdict.PAST);
        assertThat(ratio.getCertain()).isTrue();
        assertThat(ratio.getGroup()).isEqualTo("sex=F");
        assertThat(ratio.getAgainst()).isEqualTo("sex=M");
        assertThat(ratio.getValue()).isBetween(0.2, 0.3);
        assertThat(signals()).isNotEmpty().allSatisfy(signal -> {
            assertThat(signal.getName()).isEqualTo("UnfairDecisions");
            assertThat(signal.getLabels())
                    .containsEntry("model_name", "credit")
                    .containsEntry("model_version", "3")
                    .containsEntry("attributes", "sex");
        });
    }

    @Test
    void shouldSayNothingOfGroupsThatAreTooSmall() {
        for (int i = 0; i < 100; i++) {
            boolean rare = i % 10 == 0;
            predict(new Decided("p" + i, START.plusSeconds(i), Map.of("sex", rare ? "F" : "M"), rare ? 0.1 : 0.9));
        }
        FairnessJudged judged = newest(START);
        assertThat(judged.getFindings())
                .allSatisfy(finding -> assertThat(finding.getVerdict()).isEqualTo(FairnessVerdict.NO_VERDICT));
        assertThat(judged.getGroups().stream()
                        .filter(group -> !group.getEnough())
                        .map(GroupRates::getValues))
                .containsExactly(Map.of("sex", "F"));
        assertThat(signals()).isEmpty();
    }

    @Test
    void shouldPutAsideWhatNamesTooManyGroups() {
        Map<String, String> groups = new HashMap<>();
        for (int i = 0; i <= Group.MOST_ATTRIBUTES; i++) {
            groups.put("attribute-" + i, "a");
        }
        predict(new Decided("p", START, groups, 0.9));
        assertThat(harness.readBytes(Topics.PREDICTIONS.deadLetterTopic()))
                .singleElement()
                .satisfies(letter -> assertThat(letter.headers().get(DeadLetter.REASON))
                        .isEqualTo("it names groups by 7 attributes; groups have at most 6"));
    }

    @Test
    void shouldNotTellApartGroupsThatAreTooMany() {
        for (int i = 0; i < 1_200; i++) {
            predict(new Decided("p" + i, START.plusSeconds(i), Map.of("name", "n" + i), 0.9));
        }
        harness.advanceWallClock(CountProcessor.REST_TOLD_EVERY);
        FairnessJudged judged = newest(START);
        assertThat(judged.getDecisions()).isEqualTo(1_200);
        assertThat(judged.getGroups()).hasSize(1 + 1_000);
        assertThat(judged.getLeftOut()).isEqualTo(200);
    }

    @Test
    void shouldReadWhatItStored() {
        FairnessWindow window = new FairnessWindow();
        List<Group> groups = Group.of(Map.of("sex", "F", "age", "old"), true);
        window.answered(groups, true);
        window.known(groups, true, 0.75, false);
        window.answered(List.of(), false);
        window.tell();
        FairnessCodec codec = new FairnessCodec();
        FairnessWindow again = codec.decode(codec.encode(window));
        assertThat(again.counts().groups()).isEqualTo(window.counts().groups());
        assertThat(again.counts().everybody()).isEqualTo(window.counts().everybody());
        assertThat(List.of(again.events(), again.told(), again.leftOut())).containsExactly(3L, 3L, 1L);
    }
}
