package io.millrace.cost.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cost.domain.statement.Charge;
import io.millrace.cost.domain.statement.Period;
import io.millrace.cost.domain.statement.Statement;
import java.time.YearMonth;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementTextTest {

    private static final Statement STATEMENT = new Statement(
            Period.ofMonth(YearMonth.of(2026, 2)),
            1_772_323_200_000L,
            List.of(
                    new Statement.Row(
                            Statement.Kind.CHARGED,
                            new Charge("vis,ion", "la\"nes", "prod", "a\nb", "cc1", "user:ada", "j1", "r1", "lanes/3"),
                            5_400_000,
                            0,
                            3_000_001,
                            -500_000),
                    new Statement.Row(
                            Statement.Kind.IDLE, new Charge("", "", "", "", "", "", "", "", ""), 1, 1, 0, 0)));

    @Test
    void shouldWriteCsv() {
        assertThat(StatementText.csv(STATEMENT)).isEqualTo("""
                period_from,period_to,kind,team,project,environment,owner,cost_center,user,job,run,model_version,\
                gpu_hours,unpriced_gpu_hours,accrued_usd,corrected_usd,total_usd\r
                2026-02-01T00:00:00Z,2026-03-01T00:00:00Z,CHARGED,"vis,ion","la""nes",prod,"a
                b",cc1,user:ada,j1,r1,lanes/3,1.500000,0.000000,3.000001,-0.500000,2.500001\r
                2026-02-01T00:00:00Z,2026-03-01T00:00:00Z,IDLE,,,,,,,,,,0.000000,0.000000,0.000000,0.000000,0.000000\r
                """);
    }

    @Test
    void shouldWriteJson() {
        assertThat(StatementText.json(STATEMENT)).isEqualTo("""
                {"period_from":"2026-02-01T00:00:00Z","period_to":"2026-03-01T00:00:00Z",\
                "as_of":"2026-03-01T00:00:00Z","rows":[\
                {"kind":"CHARGED","team":"vis,ion","project":"la\\"nes","environment":"prod","owner":"a\\nb",\
                "cost_center":"cc1","user":"user:ada","job":"j1","run":"r1","model_version":"lanes/3",\
                "gpu_hours":"1.500000","unpriced_gpu_hours":"0.000000","accrued_usd":"3.000001",\
                "corrected_usd":"-0.500000","total_usd":"2.500001"},\
                {"kind":"IDLE","team":"","project":"","environment":"","owner":"","cost_center":"","user":"",\
                "job":"","run":"","model_version":"","gpu_hours":"0.000000","unpriced_gpu_hours":"0.000000",\
                "accrued_usd":"0.000000","corrected_usd":"0.000000","total_usd":"0.000000"}],\
                "total_usd":"2.500001"}""");
    }
}
