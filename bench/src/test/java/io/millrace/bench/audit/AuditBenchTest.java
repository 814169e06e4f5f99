package io.millrace.bench.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bench.audit.AuditBench.Result;
import io.millrace.bench.pipeline.Cluster;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditBenchTest {

    @TempDir
    private Path folder;

    @Test
    void shouldSeeEveryRecordLoggedCopiedAndVerified() {
        TestBroker broker = TestBroker.shared();
        Cluster cluster = new Cluster(broker::client, broker.registry(), folder);
        List<String> progress = new ArrayList<>();
        Result result = AuditBench.run(cluster, new AuditBench.Options(300, 1, 2, 9), progress::add);
        assertThat(progress).hasSize(2);
        assertThat(result.entriesPerS()).isPositive();
        assertThat(result.manyPerS()).isPositive();
        assertThat(result.ratio()).isEqualTo(result.entriesPerS() / result.plainCopyPerS());
        assertThat(result.verifyRatio()).isEqualTo(result.verifiedMbPerS() / result.sha256MbPerS());
    }
}
