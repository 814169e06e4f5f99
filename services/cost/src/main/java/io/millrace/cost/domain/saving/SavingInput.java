package io.millrace.cost.domain.saving;

import org.jspecify.annotations.Nullable;

/** What is looked at, over the same stretch of time. */
public sealed interface SavingInput {

    /**
     * What a job did with its GPUs.
     *
     * @param gpus it held at a time
     * @param gpuMs GPU milliseconds that it held
     * @param microsPerGpuHour what it paid, in micro-dollars
     * @param gpuPercent how busy its GPUs were, on average
     * @param memoryPercent how much of their memory it used, at most
     * @param smaller GPUs of less memory that it could have; null if there are none
     * @param spot what it is to run on GPUs that may be taken away; null if there are none or it runs there
     */
    record JobUse(
            String job,
            int gpus,
            long gpuMs,
            long microsPerGpuHour,
            int gpuPercent,
            int memoryPercent,
            @Nullable SmallerGpu smaller,
            @Nullable Spot spot)
            implements SavingInput {
        public JobUse {
            if (gpus <= 0 || gpuMs < 0) {
                throw new IllegalArgumentException("job " + job + " held no GPUs");
            }
        }
    }

    /**
     * @param memoryPercent its memory, of that of the GPUs that the job has
     * @param microsPerGpuHour micro-dollars
     */
    record SmallerGpu(int memoryPercent, long microsPerGpuHour) {}

    /**
     * @param microsPerGpuHour micro-dollars
     * @param checkpointEveryMs between two checkpoints; as long as the job if it saves none
     * @param lossesPerThousandHours how often a node is taken away
     */
    record Spot(long microsPerGpuHour, long checkpointEveryMs, long lossesPerThousandHours) {}

    /**
     * GPUs of a node that nobody held.
     *
     * @param micros what they cost, in micro-dollars
     */
    record NodeIdle(String node, long gpuMs, long micros) implements SavingInput {}
}
