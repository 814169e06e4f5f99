package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessRefTest {

    @Test
    void shouldFindAProcessThatRuns() {
        ProcessRef self = ProcessRef.of(ProcessHandle.current());
        assertThat(self.alive()).contains(ProcessHandle.current());
    }

    @Test
    void shouldNotTakeARecycledPidForTheProcess() {
        ProcessRef self = ProcessRef.of(ProcessHandle.current());
        assertThat(new ProcessRef(self.pid(), self.startedAtMs() - 60_000).alive())
                .isEmpty();
    }

    @Test
    void shouldMissAProcessThatEnded() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").start();
        ProcessRef ref = ProcessRef.of(process.toHandle());
        process.waitFor();
        assertThat(ref.alive()).isEmpty();
    }
}
