package io.millrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.job.JobSubmitted;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobMixTest {

    private static List<JobSubmitted> jobs(long seed, int count) {
        JobMix mix = new JobMix(seed, "default");
        return Stream.generate(mix::next).limit(count).toList();
    }

    @Test
    void shouldMakeTheSameJobsFromTheSameSeed() {
        assertThat(jobs(3, 500)).isEqualTo(jobs(3, 500)).isNotEqualTo(jobs(4, 500));
    }

    @Test
    void shouldAskForWhatQueuesAllow() {
        Set<Integer> sizes = new HashSet<>();
        for (JobSubmitted job : jobs(3, 20_000)) {
            sizes.add(job.getGpus());
            long hours = job.getLimitMs() == null ? 0 : job.getLimitMs() / 3_600_000;
            boolean allowed = switch (job.getQueue()) {
                case "interactive" -> job.getGpus() <= 4 && hours <= 1;
                case "batch" -> job.getGpus() <= 64 && hours <= 48;
                default -> job.getQueue().equals("preemptible");
            };
            assertThat(allowed).as(job.toString()).isTrue();
        }
        assertThat(sizes).containsExactlyInAnyOrder(1, 2, 3, 4, 6, 8, 16, 32, 64, 128);
    }
}
