package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeUp;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.scheduler.domain.UserAccount;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TopologyHarness.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool decides by its own accounts, and others read the published ones: they must say the same. */
class UsageAgreementTest {

    private static final int STEPS = 500;

    /** Of a user's usage; of one GPU second where that is less. */
    private static final double TOLERANCE = 1e-6;

    @Test
    void shouldAgreeInAFreshHistory() {
        run(SeededRandom.of("UsageAgreementTest"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldAgreeInAKeptHistory(long seed) {
        run(SeededRandom.of("UsageAgreementTest", seed));
    }

    private static void run(SeededRandom random) {
        try (SchedulerStory story = SchedulerStory.driven()) {
            new History(story, random).run();
        }
    }

    /** Agents, users and nodes that do this and that. */
    private static final class History {
        private final SchedulerStory story;
        private final SeededRandom random;
        private final Map<String, Integer> active = new TreeMap<>();
        private final Map<String, UsageEvent> published = new HashMap<>();
        private int jobs;
        private int compared;

        History(SchedulerStory story, SeededRandom random) {
            this.story = story;
            this.random = random;
        }

        void run() {
            adopt();
            for (int node = 0; node < 6; node++) {
                nodeUp("n" + node);
            }
            for (int step = 0; step < STEPS; step++) {
                if (random.onceIn(100)) {
                    adopt();
                }
                for (int i = random.nextInt(5); i > 0; i--) {
                    happen();
                }
                story.advance(
                        random.onceIn(50)
                                ? Duration.ofHours(random.nextInt(60))
                                : Duration.ofMillis(random.nextInt(60_000)));
                story.play();
                read();
                compare();
            }
            assertThat(story.cycles()).hasSizeGreaterThanOrEqualTo(STEPS);
            assertThat(compared).isGreaterThan(STEPS);
        }

        private void adopt() {
            String weights = "gpu_weights: {V100: " + random.nextInt(4) + "." + random.nextInt(10) + ", A100: 2.5}\n";
            story.policy(SchedulerStory.POLICY.replace("fifo-strict", random.pick("millrace", "fifo-skip")) + weights);
        }

        private void nodeUp(String node) {
            story.node(node, new NodeUp("default", random.pick(4, 8), random.pick("V100", "A100", "K80"), null, null));
        }

        private void happen() {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    JobSubmitted submitted = SchedulerStory.submission(
                            "default",
                            random.pick("research", "vision"),
                            random.pick("ann", "ben", "cem"),
                            1 + random.nextInt(12));
                    Long limit = random.onceIn(2) ? null : (Long) (1 + random.nextLong(7_200_000));
                    story.job(
                            "job-" + jobs++,
                            JobSubmitted.newBuilder(submitted).setLimitMs(limit).build());
                }
                case 3 -> {
                    if (jobs > 0) {
                        story.cancel("job-" + random.nextInt(jobs));
                    }
                }
                case 4, 5, 6 -> attempt(Kind.STARTED);
                case 7, 8 -> attempt(Kind.HEARTBEAT);
                case 9, 10 -> attempt(random.pick(Kind.COMPLETED, Kind.FAILED, Kind.STOPPED));
                default -> {
                    String node = "n" + random.nextInt(6);
                    if (random.onceIn(3)) {
                        story.node(node, random.pick(new NodeDown(""), new NodeDrained("")));
                    } else {
                        nodeUp(node);
                    }
                }
            }
        }

        private enum Kind {
            STARTED,
            HEARTBEAT,
            COMPLETED,
            FAILED,
            STOPPED
        }

        /** Agents' clocks differ, and what they say comes late, twice or of another attempt. */
        private void attempt(Kind kind) {
            if (active.isEmpty()) {
                return;
            }
            String job = random.pick(List.copyOf(active.keySet()));
            int attempt = random.onceIn(15) ? 1 : active.getOrDefault(job, 1);
            Instant at = story.now().plusMillis(random.onceIn(3) ? random.nextInt(8_000) - 4_000 : 0);
            Object payload = switch (kind) {
                case STARTED -> new JobStarted(attempt, List.of("n1"));
                case HEARTBEAT -> new Heartbeat(attempt);
                case COMPLETED -> new JobCompleted(attempt, 0, "");
                case FAILED -> new JobFailed(attempt, 1, "", "");
                case STOPPED -> new JobStopped(attempt, random.pick(List.of(StopCause.values())), "", "");
            };
            story.attemptAt(at, job, payload);
        }

        private void read() {
            for (Written<JobDecision> written : story.harness().read(Topics.JOB_DECISIONS)) {
                switch (written.value().getPayload()) {
                    case JobPlaced placed -> active.put(written.key(), placed.getAttempt());
                    case JobRequeued requeued -> active.remove(written.key());
                    case JobEnded ended -> active.remove(written.key());
                    default -> {}
                }
            }
            story.harness().read(Topics.FAIR_SHARE_USAGE).forEach(row -> published.put(row.key(), row.value()));
        }

        private void compare() {
            long now = story.now().toEpochMilli() + 10_000; // agents' clocks may be ahead
            Map<String, Double> accounts = new TreeMap<>();
            Map<String, Long> gpuMs = new TreeMap<>();
            try (KeyValueIterator<String, byte[]> all =
                    story.harness().entities(SchedulerTopology.POOL_STORE).all()) {
                all.forEachRemaining(entry -> {
                    if (entry.key.contains("account/")
                            && StateCodec.entity(entry.value)
                                    instanceof PoolEntity.AccountEntity(UserAccount account)) {
                        double usage = account.usage().decayedGpuSeconds(now);
                        for (String key : List.of(account.team(), account.team() + "/" + account.user())) {
                            accounts.merge(key, usage, Double::sum);
                            gpuMs.merge(key, account.usage().gpuMs(), Long::sum);
                        }
                    }
                });
            }
            for (Map.Entry<String, Double> account : accounts.entrySet()) {
                UsageEvent row = published.get(account.getKey());
                double usage = 0;
                long ended = 0;
                if (row != null) {
                    UsageMeasured measured = (UsageMeasured) row.getPayload();
                    usage = UsageAccount.decayedGpuSeconds(
                            measured.getRunningWeight(),
                            measured.getDecayBaseGpuS(),
                            now - row.getOccurredAt().toEpochMilli());
                    ended = measured.getGpuMs();
                }
                assertThat(usage)
                        .as("%s at %s", account.getKey(), story.now())
                        .isCloseTo(account.getValue(), within(TOLERANCE * Math.max(1, account.getValue())));
                assertThat(ended).isEqualTo(gpuMs.get(account.getKey()));
                compared++;
            }
            assertThat(accounts.keySet()).containsAll(published.keySet());
        }
    }
}
