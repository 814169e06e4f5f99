package io.millrace.bench.load;

import io.millrace.events.job.JobSubmitted;
import java.time.Duration;
import java.util.Random;

/**
 * Jobs such as large clusters see: most for 1 to 8 GPUs, few gangs; of 40 teams and 800 users, some much busier than
 * others; limits mostly the usual steps. The same seed gives the same jobs.
 */
public final class JobMix {

    public static final int TEAMS = 40;
    public static final int USERS = 800;

    /** Types of nodes; every third is of the second. */
    public static final String[] GPU_TYPES = {"a100", "h100"};

    private static final int[] SIZES = {1, 2, 3, 4, 6, 8, 16, 32, 64, 128};

    /** Of 1000 jobs, how many have each size. */
    private static final int[] SIZE_WEIGHTS = {480, 140, 10, 130, 10, 170, 35, 15, 8, 2};

    private static final Duration[] LIMITS = {
        Duration.ofHours(1), Duration.ofHours(4), Duration.ofHours(12), Duration.ofHours(48), Duration.ofHours(168)
    };

    /** Of 100 jobs, how many have each limit; the others an odd one. */
    private static final int[] LIMIT_WEIGHTS = {30, 25, 20, 12, 3};

    private static final int INTERACTIVE_GPUS = 4;
    private static final int BATCH_GPUS = 64;
    private static final Duration BATCH_LIMIT = Duration.ofHours(48);
    private static final int ODD_LIMIT_MINUTES = 2 * 24 * 60;

    private final Random random;
    private final String pool;

    public JobMix(long seed, String pool) {
        this.random = new Random(seed);
        this.pool = pool;
    }

    /** The next job. */
    public JobSubmitted next() {
        int user = busy(USERS);
        return next(user, SIZES[weighted(SIZE_WEIGHTS)]);
    }

    /** The next job of a given size. */
    public JobSubmitted next(int user, int gpus) {
        Duration limit = limit();
        boolean interactive = gpus <= INTERACTIVE_GPUS && limit.compareTo(LIMITS[0]) <= 0 && random.nextInt(2) == 0;
        boolean batch = gpus <= BATCH_GPUS && limit.compareTo(BATCH_LIMIT) <= 0 && random.nextInt(10) > 0;
        return JobSubmitted.newBuilder()
                .setPool(pool)
                .setQueue(interactive ? "interactive" : batch ? "batch" : "preemptible")
                .setTeam(String.format("team-%02d", user % TEAMS))
                .setUser(String.format("user-%03d", user))
                .setGpus(gpus)
                .setGpuType(random.nextInt(5) == 0 ? GPU_TYPES[random.nextInt(GPU_TYPES.length)] : null)
                .setLimitMs(limit.toMillis())
                .build();
    }

    /** The type of a node, by its number. */
    public static String gpuType(int node) {
        return GPU_TYPES[node % 3 == 2 ? 1 : 0];
    }

    private Duration limit() {
        int at = weighted(LIMIT_WEIGHTS);
        return at < LIMITS.length ? LIMITS[at] : Duration.ofMinutes(5 + random.nextInt(ODD_LIMIT_MINUTES));
    }

    /** An index by its weight; one past the last where the weights don't reach 100 or 1000. */
    private int weighted(int[] weights) {
        int drawn = random.nextInt(weights == SIZE_WEIGHTS ? 1000 : 100);
        int at = 0;
        while (at < weights.length && drawn >= weights[at]) {
            drawn -= weights[at];
            at++;
        }
        return at;
    }

    /** Below {@code bound}, lower ones more often: the first tenth has about a third of all. */
    private int busy(int bound) {
        double drawn = random.nextDouble();
        return (int) (bound * drawn * drawn);
    }
}
