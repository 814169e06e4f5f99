package io.millrace.governance.domain.fairness;

import static io.millrace.governance.domain.fairness.Criterion.CALIBRATION_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.DEMOGRAPHIC_PARITY_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.DEMOGRAPHIC_PARITY_RATIO;
import static io.millrace.governance.domain.fairness.Criterion.EQUALIZED_ODDS_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.EQUAL_OPPORTUNITY_DIFFERENCE;
import static io.millrace.governance.domain.fairness.Criterion.PREDICTIVE_PARITY_DIFFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.governance.domain.fairness.Finding.Verdict;
import io.millrace.testkit.SeededRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FairnessReportTest {

    private static final Offset<Double> NEAR = within(1e-12);
    private static final Group A = Group.of("g", "a");
    private static final Group B = Group.of("g", "b");
    private static final Group C = Group.of("g", "c");

    private static FairnessReport report(FairnessCounts counts) {
        return FairnessReport.of(counts, FairnessPolicy.DEFAULT, Map.of());
    }

    private static void add(FairnessCounts counts, Group group, int tp, int fp, int fn, int tn) {
        add(counts, group, tp, true, true);
        add(counts, group, fp, true, false);
        add(counts, group, fn, false, true);
        add(counts, group, tn, false, false);
    }

    private static void add(FairnessCounts counts, Group group, int times, boolean selected, boolean actual) {
        for (int i = 0; i < times; i++) {
            counts.answered(List.of(group), selected);
            counts.known(List.of(group), selected, actual);
        }
    }

    private static Finding finding(FairnessReport report, Criterion criterion) {
        return report.findings().stream()
                .filter(finding -> finding.criterion() == criterion)
                .findFirst()
                .orElseThrow();
    }

    private static Finding.Pair widest(FairnessReport report, Criterion criterion) {
        return Objects.requireNonNull(finding(report, criterion).widest());
    }

    @Test
    void shouldTakeEachRateOfItsOwnWhole() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 30, 20, 10, 40);
        GroupCounts of = counts.of(A);
        assertThat(of.size()).isEqualTo(100);
        assertThat(of.known()).isEqualTo(100);
        assertThat(of.selection()).isEqualTo(new Rate(50, 100));
        assertThat(of.prevalence()).isEqualTo(new Rate(40, 100));
        assertThat(of.accuracy()).isEqualTo(new Rate(70, 100));
        assertThat(of.truePositive()).isEqualTo(new Rate(30, 40));
        assertThat(of.falseNegative()).isEqualTo(new Rate(10, 40));
        assertThat(of.falsePositive()).isEqualTo(new Rate(20, 60));
        assertThat(of.precision()).isEqualTo(new Rate(30, 50));
    }

    @Test
    void shouldTellDifferencesAndRatios() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 300, 200, 100, 400); // selected 0.5, found 0.75, wronged 1/3, right 0.6
        add(counts, B, 150, 150, 100, 600); // selected 0.3, found 0.6, wronged 0.2, right 0.5
        FairnessReport report = report(counts);
        assertThat(report.findings().stream().map(Finding::criterion))
                .containsExactly(
                        DEMOGRAPHIC_PARITY_DIFFERENCE,
                        DEMOGRAPHIC_PARITY_RATIO,
                        EQUAL_OPPORTUNITY_DIFFERENCE,
                        EQUALIZED_ODDS_DIFFERENCE,
                        PREDICTIVE_PARITY_DIFFERENCE);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_DIFFERENCE).value()).isCloseTo(0.2, NEAR);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_RATIO).value()).isCloseTo(0.6, NEAR);
        assertThat(finding(report, EQUAL_OPPORTUNITY_DIFFERENCE).value()).isCloseTo(0.15, NEAR);
        assertThat(finding(report, EQUALIZED_ODDS_DIFFERENCE).value()).isCloseTo(0.15, NEAR);
        assertThat(finding(report, PREDICTIVE_PARITY_DIFFERENCE).value()).isCloseTo(0.1, NEAR);
        assertThat(report.findings()).allMatch(finding -> finding.verdict() == Verdict.PAST);
        assertThat(widest(report, DEMOGRAPHIC_PARITY_DIFFERENCE).group()).isEqualTo(A);
        assertThat(widest(report, DEMOGRAPHIC_PARITY_RATIO).group()).isEqualTo(B);
        assertThat(widest(report, DEMOGRAPHIC_PARITY_RATIO).against()).isEqualTo(A);
        assertThat(report.groups().stream().map(FairnessReport.GroupLine::ratio))
                .containsExactly(1.0, 0.6);
        assertThat(report.isPast()).isTrue();
    }

    @Test
    void shouldTakeTheLargerOfBothRatesForEqualizedOdds() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 500, 300, 500, 700);
        add(counts, B, 510, 100, 490, 900);
        FairnessReport report = report(counts);
        assertThat(finding(report, EQUAL_OPPORTUNITY_DIFFERENCE).verdict()).isEqualTo(Verdict.WITHIN);
        assertThat(finding(report, EQUALIZED_ODDS_DIFFERENCE).value()).isCloseTo(0.2, NEAR);
        assertThat(widest(report, EQUALIZED_ODDS_DIFFERENCE).group()).isEqualTo(A);
    }

    @Test
    void shouldLeaveWhatIsAllowedWithin() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 550, 0, 0, 450);
        add(counts, B, 500, 0, 0, 500); // 0.55 - 0.5 is a little more than 0.05 in binary
        assertThat(finding(report(counts), DEMOGRAPHIC_PARITY_DIFFERENCE).verdict())
                .isEqualTo(Verdict.WITHIN);
        FairnessCounts ratio = new FairnessCounts();
        add(ratio, A, 100, 0, 0, 900);
        add(ratio, B, 80, 0, 0, 920);
        assertThat(finding(report(ratio), DEMOGRAPHIC_PARITY_RATIO).verdict()).isEqualTo(Verdict.WITHIN);
        add(ratio, B, 0, 0, 0, 1);
        assertThat(finding(report(ratio), DEMOGRAPHIC_PARITY_RATIO).verdict()).isEqualTo(Verdict.PAST);
    }

    @Test
    void shouldGiveNoVerdictOfFew() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 300, 200, 100, 400);
        add(counts, B, 0, 0, 29, 0);
        FairnessReport report = report(counts);
        assertThat(report.groups().stream().map(FairnessReport.GroupLine::enough))
                .containsExactly(true, false);
        assertThat(report.findings()).allSatisfy(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.NO_VERDICT);
            assertThat(finding.value()).isNaN();
            assertThat(finding.tooSmall()).containsExactly(B);
        });
        assertThat(report.isPast()).isFalse();
        add(counts, B, 0, 0, 1, 0);
        assertThat(finding(report(counts), DEMOGRAPHIC_PARITY_DIFFERENCE).value())
                .isCloseTo(0.5, NEAR);
    }

    @Test
    void shouldAskForEnoughOfThoseThatARateIsOf() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 300, 200, 100, 400);
        add(counts, B, 5, 500, 5, 490); // a thousand, ten of them positive in truth
        FairnessReport report = report(counts);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_DIFFERENCE).verdict()).isEqualTo(Verdict.WITHIN);
        assertThat(finding(report, EQUAL_OPPORTUNITY_DIFFERENCE).verdict()).isEqualTo(Verdict.NO_VERDICT);
        assertThat(finding(report, EQUAL_OPPORTUNITY_DIFFERENCE).tooSmall()).containsExactly(B);
        // The false positive rates are far apart already, so it can't be within.
        assertThat(finding(report, EQUALIZED_ODDS_DIFFERENCE).value()).isCloseTo(500.0 / 990 - 1.0 / 3, NEAR);
        assertThat(finding(report, EQUALIZED_ODDS_DIFFERENCE).tooSmall()).containsExactly(B);
    }

    @Test
    void shouldNotJudgeEqualizedOddsByHalf() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 300, 200, 100, 400);
        add(counts, B, 5, 330, 5, 660);
        assertThat(finding(report(counts), EQUALIZED_ODDS_DIFFERENCE).verdict()).isEqualTo(Verdict.NO_VERDICT);
    }

    @Test
    void shouldSayWhatMayBeChance() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 20, 0, 0, 20);
        add(counts, B, 16, 0, 0, 24);
        Finding few = finding(report(counts), DEMOGRAPHIC_PARITY_DIFFERENCE);
        assertThat(few.verdict()).isEqualTo(Verdict.PAST);
        assertThat(few.isByChance()).isTrue();
        add(counts, A, 2000, 0, 0, 2000);
        add(counts, B, 1600, 0, 0, 2400);
        assertThat(finding(report(counts), DEMOGRAPHIC_PARITY_DIFFERENCE).isByChance())
                .isFalse();
    }

    /** A small group may be farthest away and hide two large ones that surely are too far apart. */
    @Test
    void shouldNameThePairThatIsCertain() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 5000, 0, 0, 5000);
        add(counts, B, 4000, 0, 0, 6000);
        add(counts, C, 12, 0, 0, 19);
        Finding finding = finding(report(counts), DEMOGRAPHIC_PARITY_DIFFERENCE);
        assertThat(Objects.requireNonNull(finding.widest()).against()).isEqualTo(C);
        assertThat(Objects.requireNonNull(finding.widest().interval()).contains(0))
                .isTrue();
        assertThat(Objects.requireNonNull(finding.certain()).group()).isEqualTo(A);
        assertThat(finding.certain().against()).isEqualTo(B);
        assertThat(finding.isByChance()).isFalse();
    }

    @Test
    void shouldPutRatesAgainstTheGroupThatIsNamed() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 600, 0, 0, 400);
        add(counts, B, 400, 0, 0, 600);
        add(counts, C, 350, 0, 0, 650);
        FairnessReport report = FairnessReport.of(counts, FairnessPolicy.DEFAULT, Map.of("g", "b"));
        assertThat(report.groups().get(0).ratio()).isCloseTo(1.5, NEAR);
        assertThat(report.groups().get(1).ratio()).isEqualTo(1);
        assertThat(report.groups().get(2).ratio()).isCloseTo(0.875, NEAR);
        assertThat(widest(report, DEMOGRAPHIC_PARITY_RATIO).group()).isEqualTo(A);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_RATIO).value()).isCloseTo(1.5, NEAR);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_RATIO).verdict()).isEqualTo(Verdict.PAST);
        assertThat(finding(
                                FairnessReport.of(counts, FairnessPolicy.DEFAULT, Map.of("g", "z")),
                                DEMOGRAPHIC_PARITY_RATIO)
                        .verdict())
                .isEqualTo(Verdict.NO_VERDICT);
    }

    @Test
    void shouldTakeNobodySelectedForAlike() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, A, 0, 0, 50, 50);
        add(counts, B, 0, 0, 50, 50);
        FairnessReport report = report(counts);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_RATIO).value()).isEqualTo(1);
        assertThat(finding(report, DEMOGRAPHIC_PARITY_RATIO).verdict()).isEqualTo(Verdict.WITHIN);
        assertThat(finding(report, PREDICTIVE_PARITY_DIFFERENCE).verdict()).isEqualTo(Verdict.NO_VERDICT);
    }

    @Test
    void shouldJudgeSelectionBeforeAnyTruthIsKnown() {
        FairnessCounts counts = new FairnessCounts();
        IntStream.range(0, 100).forEach(i -> {
            counts.answered(List.of(A), i < 50);
            counts.answered(List.of(B), i < 48);
        });
        assertThat(report(counts).findings().stream().map(Finding::criterion))
                .containsExactly(DEMOGRAPHIC_PARITY_DIFFERENCE, DEMOGRAPHIC_PARITY_RATIO);
        assertThat(report(counts).isPast()).isFalse();
    }

    @Test
    void shouldTellHowFarScoresAreFromWhatCameTrue() {
        FairnessCounts counts = new FairnessCounts();
        IntStream.range(0, 100).forEach(i -> {
            counts.scored(List.of(A), 0.25, i < 25);
            counts.scored(List.of(A), 0.75, i < 75);
            counts.scored(List.of(B), 0.25, i < 45);
            counts.scored(List.of(B), 1, i < 90);
        });
        Calibration a = counts.of(A).calibration();
        assertThat(a.gap()).isCloseTo(0, NEAR);
        assertThat(a.error()).isCloseTo(0, NEAR);
        Calibration b = counts.of(B).calibration();
        assertThat(b.meanScore()).isCloseTo(0.625, NEAR);
        assertThat(b.gap()).isCloseTo(0.05, NEAR);
        assertThat(b.error()).isCloseTo((0.2 + 0.1) / 2, NEAR);
        assertThat(b.bins())
                .containsExactly(
                        new Calibration.Bin(0.2, 0.25, new Rate(45, 100)),
                        new Calibration.Bin(0.9, 1, new Rate(90, 100)));
        assertThat(finding(report(counts), CALIBRATION_DIFFERENCE).value()).isCloseTo(0.05, NEAR);
    }

    @Test
    void shouldRefuseAScoreThatIsNoProbability() {
        FairnessCounts counts = new FairnessCounts();
        for (double score : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> counts.scored(List.of(A), score, true))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldJudgeIntersectionsThatGroupsHide() {
        FairnessCounts counts = new FairnessCounts();
        for (String one : List.of("x", "y")) {
            for (String other : List.of("x", "y")) {
                List<Group> groups = Group.of(Map.of("h", other, "g", one), true);
                assertThat(groups)
                        .extracting(Group::toString)
                        .containsExactly("g=" + one, "h=" + other, "g=" + one + " & h=" + other);
                for (int i = 0; i < 100; i++) {
                    counts.answered(groups, i < (one.equals(other) ? 80 : 20));
                }
            }
        }
        FairnessReport report = report(counts);
        assertThat(report.findings().stream()
                        .filter(finding -> finding.criterion() == DEMOGRAPHIC_PARITY_DIFFERENCE)
                        .map(finding -> finding.attributes() + " " + finding.verdict()))
                .containsExactly("[g] WITHIN", "[h] WITHIN", "[g, h] PAST");
    }

    /** Windows of time and parts of a file add up to the whole, in whatever order. */
    @Test
    void shouldAddUp() {
        SeededRandom random = SeededRandom.of("FairnessReportTest");
        FairnessCounts whole = new FairnessCounts();
        List<FairnessCounts> windows = List.of(new FairnessCounts(), new FairnessCounts(), new FairnessCounts());
        for (int i = 0; i < 3000; i++) {
            FairnessCounts window = windows.get(random.nextInt(3));
            List<Group> groups = Group.of(Map.of("g", "" + random.nextInt(4), "h", "" + random.nextInt(2)), true);
            boolean selected = random.nextBoolean();
            boolean known = random.nextInt(5) > 0;
            boolean actual = random.nextBoolean();
            double score = random.nextDouble();
            for (FairnessCounts counts : List.of(whole, window)) {
                counts.answered(groups, selected);
                if (known) {
                    counts.known(groups, selected, actual);
                    counts.scored(groups, score, actual);
                }
            }
        }
        FairnessCounts forward = new FairnessCounts();
        windows.forEach(forward::merge);
        FairnessCounts backward = new FairnessCounts();
        windows.reversed().forEach(backward::merge);
        assertThat(report(forward).findings()).isEqualTo(report(whole).findings());
        assertThat(report(backward).findings()).isEqualTo(report(whole).findings());
        assertThat(forward.everybody().calibration())
                .isEqualTo(whole.everybody().calibration());
    }

    /** Six groups that are treated alike, of any sizes: that two of them surely differ is said of one file in 20 at most. */
    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.1, 2", "0.9, 3"})
    void shouldSeldomBeCertainByChance(double rate, long seed) {
        SeededRandom random = SeededRandom.of("FairnessReportTest", seed);
        FairnessPolicy strict = new FairnessPolicy(30, 0, 1, 1, 0.95);
        int files = 1000;
        int wrong = 0;
        for (int file = 0; file < files; file++) {
            FairnessCounts counts = new FairnessCounts();
            for (int group = 0; group < 6; group++) {
                List<Group> of = List.of(Group.of("g", "" + group));
                for (int person = 30 + random.nextInt(group * 100 + 1); person > 0; person--) {
                    counts.answered(of, random.nextDouble() < rate);
                }
            }
            FairnessReport report = FairnessReport.of(counts, strict, Map.of());
            assertThat(finding(report, DEMOGRAPHIC_PARITY_DIFFERENCE).verdict()).isEqualTo(Verdict.PAST);
            if (!finding(report, DEMOGRAPHIC_PARITY_DIFFERENCE).isByChance()) {
                wrong++;
            }
        }
        System.out.println("certain by chance in " + wrong + " of " + files);
        assertThat(wrong).isLessThanOrEqualTo(files / 20);
    }

    @Test
    void shouldRefuseAPolicyThatMeansNothing() {
        assertThatThrownBy(() -> new FairnessPolicy(0, 0.05, 0.8, 1.25, 0.95)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new FairnessPolicy(30, -1, 0.8, 1.25, 0.95)).hasMessageContaining("difference");
        assertThatThrownBy(() -> new FairnessPolicy(30, 0.05, 1.8, 1.25, 0.95)).hasMessageContaining("least ratio");
        assertThatThrownBy(() -> new FairnessPolicy(30, 0.05, 0.8, 0.9, 0.95)).hasMessageContaining("largest ratio");
        assertThatThrownBy(() -> new FairnessPolicy(30, 0.05, 0.8, 1.25, 95)).hasMessageContaining("confidence");
    }
}
