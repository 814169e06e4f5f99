package io.millrace.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bench.load.BenchPolicy;
import io.millrace.bench.pipeline.PipelineBench.Result;
import io.millrace.local.ProjectRoot;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineBenchTest {

    @TempDir
    private Path folder;

    @Test
    void shouldSeeEveryEventDecidedAndCopied() {
        TestBroker broker = TestBroker.shared();
        Cluster cluster = new Cluster(broker::client, broker.registry(), folder);
        String policy = BenchPolicy.document(ProjectRoot.find().resolve("policies/default.yaml"), null, "5s");
        List<String> progress = new ArrayList<>();
        Result result = PipelineBench.run(
                cluster, new PipelineBench.Options(400, 1, 2, PipelineBench.FEWEST_NODES, 9, policy), progress::add);
        assertThat(progress).hasSize(2);
        assertThat(result.rounds()).hasSize(2);
        assertThat(result.eventsPerS()).isPositive();
        assertThat(result.ratio()).isEqualTo(result.eventsPerS() / result.plainLoopPerS());
        assertThat(result.oneHopRatio()).isEqualTo(result.eventsPerS() / result.oneHopPerS());
        assertThat(result.cpuUsPerEvent().keySet()).containsExactly("broker", "load", "processing", "sending");
    }
}
