package io.millrace.cli.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.fairness.CriterionJudged;
import io.millrace.events.fairness.FairnessCriterion;
import io.millrace.events.fairness.FairnessJudged;
import io.millrace.events.fairness.FairnessVerdict;
import io.millrace.events.fairness.GroupRate;
import io.millrace.events.fairness.GroupRates;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgedTextTest {

    private static FairnessJudged judged(String day, List<CriterionJudged> findings) {
        GroupRate rate = new GroupRate(30L, 60L, 0.377, 0.623);
        GroupRate nobody = new GroupRate(0L, 0L, 0.0, 1.0);
        return new FairnessJudged(
                "credit",
                "3",
                Instant.parse(day + "T00:00:00Z"),
                Instant.parse(day + "T00:00:00Z").plusSeconds(86_400),
                60L,
                0L,
                0L,
                List.of(
                        new GroupRates(Map.of(), true, rate, nobody, nobody, nobody, null),
                        new GroupRates(Map.of("sex", "F"), true, rate, nobody, nobody, nobody, 1.0)),
                findings);
    }

    @Test
    void shouldTellTheNewestWindowsGroupsAndAllWindowsCriteria() {
        String text = JudgedText.text(List.of(
                judged(
                        "2026-03-01",
                        List.of(new CriterionJudged(
                                List.of("sex"),
                                FairnessCriterion.DEMOGRAPHIC_PARITY_RATIO,
                                FairnessVerdict.PAST,
                                0.5,
                                "sex=F",
                                "sex=M",
                                false))),
                judged(
                        "2026-03-02",
                        List.of(new CriterionJudged(
                                List.of("age", "sex"),
                                FairnessCriterion.EQUALIZED_ODDS_DIFFERENCE,
                                FairnessVerdict.NO_VERDICT,
                                null,
                                null,
                                null,
                                false)))));
        assertThat(text.lines().map(line -> line.replaceAll(" {2,}", "  ").strip()))
                .containsExactly(
                        "60 decisions from 2026-03-02T00:00:00Z to 2026-03-03T00:00:00Z, the truth of 0 is known",
                        "",
                        "group  size  selected  ratio  true positive rate  false positive rate  precision",
                        "everybody  60  0.500 (0.377 0.623)  -  -  -  -",
                        "sex=F  60  0.500 (0.377 0.623)  1.000  -  -  -",
                        "",
                        "from  criterion  of  value  verdict  between",
                        "2026-03-01T00:00:00Z  demographic parity ratio  sex  0.500  PAST, maybe by chance  sex=F against sex=M",
                        "2026-03-02T00:00:00Z  equalized odds difference  age & sex  -  no verdict  -");
    }
}
