package io.millrace.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.Millrace;
import io.millrace.governance.domain.tree.CheckpointKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On the recorded log that the verifier in Python reads, too. */
class ReadLogTest {

    private static final Path RECORDED =
            Path.of(System.getProperty("millrace.root", "../..")).resolve("clients/python/tests/fixtures/audit");

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void read() throws IOException {
        lines.addAll(List.of(Files.readString(RECORDED.resolve("entries.jsonl")).split("\n")));
        notes.add(Files.readString(RECORDED.resolve("witnessed/100")));
        notes.add(Files.readString(RECORDED.resolve("checkpoint")));
    }

    private static CheckpointKey key() throws IOException {
        return CheckpointKey.ofPem(Files.readString(RECORDED.resolve("key.pem")));
    }

    private ReadLog log() {
        return new ReadLog(lines::forEach, notes);
    }

    private List<String> faults(String... witnessed) throws IOException {
        return log().check(key(), List.of(witnessed), line -> {}).faults();
    }

    private JsonNode proof(long index) throws IOException {
        return log().proofs(key(), entry -> entry.index() == index).getFirst();
    }

    @Test
    void shouldFindALogWholeThatHasUnsignedEntries() throws IOException {
        lines.add("{\"v\":1,\"index\":300,");
        assertThat(log().newest(key()).size()).isEqualTo(300);
        assertThat(log().check(key(), List.of(), line -> {}).entries()).isEqualTo(301);
        assertThat(faults(Files.readString(RECORDED.resolve("witnessed/64")))).isEmpty();
    }

    @Test
    void shouldFindWhatWasChanged() throws IOException {
        lines.set(70, lines.get(70).replace("job-events", "org-events"));
        assertThat(faults()).hasSize(2);
        lines.remove(299);
        assertThat(faults()).hasSize(2).anyMatch(fault -> fault.contains("ends after 299"));
        assertThatThrownBy(() -> proof(3)).hasMessageContaining("'audit verify' says what is wrong");
    }

    @Test
    void shouldExportWhatWasRecorded() throws IOException {
        assertThat(log().export(key(), folder)).isEqualTo(300);
        for (String file : List.of("entries.jsonl", "checkpoint", "witnessed/100")) {
            assertThat(folder.resolve(file)).hasSameTextualContentAs(RECORDED.resolve(file));
        }
        assertThat(ReadLog.in(folder).check(key(), List.of(), line -> {}))
                .isEqualTo(log().check(key(), List.of(), line -> {}));
    }

    @Test
    void shouldProveEachEntryOffline() throws IOException {
        List<ObjectNode> proofs = log().proofs(key(), entry -> true);
        assertThat(proofs).hasSize(300);
        for (int i = 0; i < 300; i++) {
            assertThat(ReadLog.proved(key(), proofs.get(i))).isEqualTo(lines.get(i));
        }
        assertThat(log().proofs(key(), entry -> entry.index() == 300)).isEmpty();
        Path file = Files.writeString(folder.resolve("proof"), proof(8).toPrettyString());
        assertThat(checkProof(file)).isZero();
        Files.writeString(file, Files.readString(file).replace("first_offset\\\":8", "first_offset\\\":9"));
        assertThat(checkProof(file)).isEqualTo(1);
        Files.writeString(file, proof(1) + "\n" + proof(2));
        assertThat(checkProof(file)).isZero();
        Files.writeString(file, "");
        assertThat(checkProof(file)).isEqualTo(1);
    }

    private static int checkProof(Path file) {
        CommandLine line = Millrace.commandLine();
        line.setOut(new PrintWriter(new StringWriter()));
        line.setErr(new PrintWriter(new StringWriter()));
        return line.execute(
                "audit",
                "check-proof",
                file.toString(),
                "--key",
                RECORDED.resolve("key.pem").toString());
    }
}
