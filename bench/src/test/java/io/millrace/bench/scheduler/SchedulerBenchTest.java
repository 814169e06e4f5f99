package io.millrace.bench.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bench.load.BenchPolicy;
import io.millrace.bench.scheduler.BusyPool.Cycle;
import io.millrace.bench.scheduler.SchedulerBench.Result;
import io.millrace.local.ProjectRoot;
import org.junit.jupiter.api.Test;

class SchedulerBenchTest {

    private final String policy =
            BenchPolicy.document(ProjectRoot.find().resolve("policies/default.yaml"), null, "10m");

    @Test
    void shouldKeepThePoolFullAndItsQueueLong() {
        BusyPool pool = BusyPool.filled(200, 30, 11, policy);
        for (int i = 0; i < 50; i++) {
            Cycle cycle = pool.next();
            assertThat(pool.pool().waitingCount() + cycle.placed()).isEqualTo(200);
            assertThat(cycle.decisions()).isPositive();
        }
        assertThat(pool.pool().gpusHeld()).isBetween(160, 240);
        assertThat(pool.running()).isPositive();
    }

    @Test
    void shouldSayWhereTheTimeGoes() {
        Result result = SchedulerBench.run(new SchedulerBench.Options(100, 20, 8, 2, 5, policy));
        assertThat(result.pending()).isEqualTo(100);
        assertThat(result.cycleMsMedian()).isPositive().isLessThanOrEqualTo(result.cycleMsP99());
        assertThat(result.breakdownMs().keySet())
                .containsExactly("input", "decide", "evolve", "encode_state", "publish", "hash_and_store");
    }
}
