package io.millrace.cost.domain.saving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.cost.domain.saving.Saving.Kind;
import io.millrace.cost.domain.saving.Saving.Term;
import io.millrace.cost.domain.saving.SavingInput.JobUse;
import io.millrace.cost.domain.saving.SavingInput.NodeIdle;
import io.millrace.cost.domain.saving.SavingInput.SmallerGpu;
import io.millrace.cost.domain.saving.SavingInput.Spot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SavingPolicyTest {

    private static final long HOUR = 3_600_000;

    private static List<Saving> find(SavingInput... inputs) {
        return SavingPolicy.DEFAULT.find(List.of(inputs));
    }

    private static JobUse use(int gpuPercent, int memoryPercent) {
        return new JobUse("a", 8, 80 * HOUR, 2_000_000, gpuPercent, memoryPercent, null, null);
    }

    @Test
    void shouldProposeFewerGpusWhereTheyAreNotBusy() {
        // 8 GPUs a third busy fill 3.3 at 80 %, so 4; the other 4 cost 2 dollars an hour each for 10 hours.
        assertThat(find(use(33, 20)))
                .containsExactly(new Saving(
                        Kind.FEWER_GPUS,
                        "a",
                        80_000_000,
                        List.of(
                                new Term("gpus", 8),
                                new Term("gpus_needed", 4),
                                new Term("gpu_percent", 33),
                                new Term("memory_percent", 20),
                                new Term("gpu_ms_saved", 40 * HOUR),
                                new Term("micros_per_gpu_hour", 2_000_000))));
        assertThat(find(use(50, 20))).as("busy enough").isEmpty();
        assertThat(find(use(10, 75)))
                .as("fewer wouldn't hold what is in memory")
                .isEmpty();
        assertThat(find(new JobUse("a", 1, HOUR, 2_000_000, 1, 1, null, null))).isEmpty();
    }

    @Test
    void shouldProposeSmallerGpusWhereMemoryIsFree() {
        SmallerGpu half = new SmallerGpu(50, 500_000);
        assertThat(find(new JobUse("a", 1, 10 * HOUR, 2_000_000, 90, 40, half, null)))
                .extracting(Saving::kind, Saving::micros)
                .containsExactly(tuple(Kind.SMALLER_GPUS, 15_000_000L));
        assertThat(find(new JobUse("a", 1, 10 * HOUR, 2_000_000, 90, 41, half, null)))
                .as("too full")
                .isEmpty();
        assertThat(find(new JobUse("a", 1, 10 * HOUR, 2_000_000, 90, 60, new SmallerGpu(90, 500_000), null)))
                .as("full enough")
                .isEmpty();
        assertThat(find(new JobUse("a", 1, 10 * HOUR, 2_000_000, 90, 40, new SmallerGpu(50, 2_000_000), null)))
                .as("not cheaper")
                .isEmpty();
    }

    @Test
    void shouldProposeSpotNetOfWorkDoneAgain() {
        // 100 GPU hours lose a node in every 10 hours, and half of 2 hours with it: 10 hours are done again.
        assertThat(find(new JobUse("a", 1, 100 * HOUR, 2_000_000, 90, 90, null, new Spot(600_000, 2 * HOUR, 100))))
                .containsExactly(new Saving(
                        Kind.SPOT,
                        "a",
                        200_000_000 - 66_000_000,
                        List.of(
                                new Term("gpu_ms", 100 * HOUR),
                                new Term("gpu_ms_done_again", 10 * HOUR),
                                new Term("micros_per_gpu_hour", 2_000_000),
                                new Term("spot_micros_per_gpu_hour", 600_000),
                                new Term("checkpoint_every_ms", 2 * HOUR),
                                new Term("losses_per_thousand_hours", 100))));
        assertThat(find(new JobUse("a", 1, 100 * HOUR, 2_000_000, 90, 90, null, new Spot(600_000, 100 * HOUR, 100))))
                .as("without checkpoints more is done again than is saved")
                .isEmpty();
    }

    @Test
    void shouldTellOfTheTenLargestAndOfEachOnce() {
        List<SavingInput> inputs = new ArrayList<>(IntStream.range(0, 12)
                .mapToObj(i -> new NodeIdle("n" + i, HOUR, 1_000 * i))
                .toList());
        inputs.add(new JobUse("a", 8, 80 * HOUR, 2_000_000, 33, 20, null, new Spot(1_900_000, HOUR, 0)));
        Collections.reverse(inputs);

        assertThat(SavingPolicy.DEFAULT.find(inputs))
                .extracting(Saving::of)
                .containsExactly("a", "n11", "n10", "n9", "n8", "n7", "n6", "n5", "n4", "n3");
        assertThat(find(new NodeIdle("n", 0, 0))).isEmpty();
    }
}
