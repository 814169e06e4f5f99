package io.millrace.cost.domain.saving;

import io.millrace.cost.domain.saving.Saving.Kind;
import io.millrace.cost.domain.saving.Saving.Term;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When there is something to be saved.
 *
 * @param busyPercent GPUs that are less busy are too many
 * @param memoryPercent GPUs of which less memory is used are too large
 * @param fullPercent how busy, and how full, the GPUs may be that are proposed
 * @param most how many savings are told of
 */
public record SavingPolicy(int busyPercent, int memoryPercent, int fullPercent, int most) {

    public static final SavingPolicy DEFAULT = new SavingPolicy(50, 60, 80, 10);

    private static final BigInteger HOUR_MS = BigInteger.valueOf(3_600_000);
    private static final long THOUSAND = 1_000;

    /** The largest savings, of each job or node only its largest: what is told of adds up. */
    public List<Saving> find(Collection<SavingInput> inputs) {
        Comparator<Saving> largestFirst = Comparator.comparingLong(Saving::micros)
                .reversed()
                .thenComparing(Saving::kind)
                .thenComparing(Saving::of);
        return inputs.stream()
                .flatMap(input -> of(input).stream().filter(saving -> saving.micros() > 0).min(largestFirst).stream())
                .sorted(largestFirst)
                .limit(most)
                .toList();
    }

    private List<Saving> of(SavingInput input) {
        return switch (input) {
            case SavingInput.NodeIdle idle ->
                List.of(new Saving(
                        Kind.IDLE_GPUS, idle.node(), idle.micros(), List.of(new Term("idle_gpu_ms", idle.gpuMs()))));
            case SavingInput.JobUse use -> {
                List<Saving> savings = new ArrayList<>();
                fewer(use).ifPresent(savings::add);
                smaller(use).ifPresent(savings::add);
                spot(use).ifPresent(savings::add);
                yield savings;
            }
        };
    }

    /** As few GPUs as leave neither the work nor what is in memory without room. */
    private Optional<Saving> fewer(SavingInput.JobUse use) {
        int needed =
                Math.max(1, Math.ceilDiv(use.gpus() * Math.max(use.gpuPercent(), use.memoryPercent()), fullPercent));
        if (use.gpuPercent() >= busyPercent || needed >= use.gpus()) {
            return Optional.empty();
        }
        long saved = use.gpuMs() / use.gpus() * (use.gpus() - needed);
        return Optional.of(new Saving(
                Kind.FEWER_GPUS,
                use.job(),
                micros(saved, use.microsPerGpuHour()),
                List.of(
                        new Term("gpus", use.gpus()),
                        new Term("gpus_needed", needed),
                        new Term("gpu_percent", use.gpuPercent()),
                        new Term("memory_percent", use.memoryPercent()),
                        new Term("gpu_ms_saved", saved),
                        new Term("micros_per_gpu_hour", use.microsPerGpuHour()))));
    }

    private Optional<Saving> smaller(SavingInput.JobUse use) {
        SavingInput.SmallerGpu smaller = use.smaller();
        if (smaller == null
                || use.memoryPercent() >= memoryPercent
                || use.memoryPercent() * 100 > smaller.memoryPercent() * fullPercent) {
            return Optional.empty();
        }
        return Optional.of(new Saving(
                Kind.SMALLER_GPUS,
                use.job(),
                micros(use.gpuMs(), use.microsPerGpuHour() - smaller.microsPerGpuHour()),
                List.of(
                        new Term("memory_percent", use.memoryPercent()),
                        new Term("smaller_memory_percent", smaller.memoryPercent()),
                        new Term("gpu_ms", use.gpuMs()),
                        new Term("micros_per_gpu_hour", use.microsPerGpuHour()),
                        new Term("smaller_micros_per_gpu_hour", smaller.microsPerGpuHour()))));
    }

    /** The work is done again that is lost with each node, on average half of what lies between two checkpoints. */
    private static Optional<Saving> spot(SavingInput.JobUse use) {
        SavingInput.Spot spot = use.spot();
        if (spot == null) {
            return Optional.empty();
        }
        long again = BigInteger.valueOf(use.gpuMs())
                .multiply(BigInteger.valueOf(spot.lossesPerThousandHours()))
                .multiply(BigInteger.valueOf(spot.checkpointEveryMs()))
                .divide(HOUR_MS.multiply(BigInteger.valueOf(2 * THOUSAND)))
                .longValueExact();
        long micros = Math.subtractExact(
                micros(use.gpuMs(), use.microsPerGpuHour()),
                micros(Math.addExact(use.gpuMs(), again), spot.microsPerGpuHour()));
        return Optional.of(new Saving(
                Kind.SPOT,
                use.job(),
                micros,
                List.of(
                        new Term("gpu_ms", use.gpuMs()),
                        new Term("gpu_ms_done_again", again),
                        new Term("micros_per_gpu_hour", use.microsPerGpuHour()),
                        new Term("spot_micros_per_gpu_hour", spot.microsPerGpuHour()),
                        new Term("checkpoint_every_ms", spot.checkpointEveryMs()),
                        new Term("losses_per_thousand_hours", spot.lossesPerThousandHours()))));
    }

    private static long micros(long gpuMs, long microsPerGpuHour) {
        return BigInteger.valueOf(gpuMs)
                .multiply(BigInteger.valueOf(microsPerGpuHour))
                .divide(HOUR_MS)
                .longValueExact();
    }
}
