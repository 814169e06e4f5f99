package io.millrace.governance.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Proofs;
import io.millrace.governance.domain.tree.Subtrees;
import io.millrace.governance.domain.tree.TestKeys;
import io.millrace.governance.domain.tree.TreeEdge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A log that lies beside the verifier in Python, whose tests read the same files: what one of them writes the other
 * checks. {@code MILLRACE_RECORD=audit} writes it anew, signed by a key that nobody has afterwards.
 */
class RecordedLogTest {

    private static final Path FOLDER =
            Path.of(System.getProperty("millrace.root", ".")).resolve("clients/python/tests/fixtures/audit");
    private static final int ENTRIES = 300;
    private static final List<Integer> EARLIER = List.of(1, 64, 100, 255, 256, 257, 299);
    private static final List<Integer> PROVED = List.of(0, 1, 63, 128, 255, 256, 298, 299);

    private static String read(String name) throws IOException {
        return Files.readString(FOLDER.resolve(name));
    }

    private static String line(int index) {
        Hash digest = Hash.leaf(("record " + index).getBytes(StandardCharsets.UTF_8));
        String actor = index % 3 == 0 ? "user:\u00e4nn \"a\"\\" : null;
        return new AuditEntry(
                        index,
                        1_700_000_000_000L + index,
                        new Covered(
                                "job-events", index % 6, index, index, 1, digest, actor, "Job", "j\n", index, index))
                .line();
    }

    @BeforeAll
    static void record() throws IOException {
        if (!"audit".equals(System.getenv("MILLRACE_RECORD"))) {
            return;
        }
        TestKeys keys = TestKeys.make();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            lines.add(line(i));
        }
        Subtrees tree = tree(lines);
        Files.createDirectories(FOLDER.resolve("witnessed"));
        Files.writeString(FOLDER.resolve("entries.jsonl"), String.join("\n", lines) + "\n");
        Files.writeString(FOLDER.resolve("key.pem"), keys.publicPem());
        Files.writeString(FOLDER.resolve("checkpoint"), note(keys, tree, ENTRIES));
        for (int earlier : EARLIER) {
            Files.writeString(FOLDER.resolve("witnessed/" + earlier), note(keys, tree, earlier));
            Files.writeString(FOLDER.resolve("consistency-" + earlier), text(tree.consistency(earlier, ENTRIES)));
        }
        for (int index : PROVED) {
            Files.writeString(FOLDER.resolve("inclusion-" + index), text(tree.inclusion(index, ENTRIES)));
        }
    }

    private static String note(TestKeys keys, Subtrees tree, int size) {
        return keys.key().sign(new Checkpoint("millrace/recorded", size, tree.root(size)), keys.privatePem());
    }

    private static String text(List<Hash> path) {
        return String.join("", path.stream().map(node -> node.base64() + "\n").toList());
    }

    private static List<Hash> path(String name) throws IOException {
        return read(name).lines().map(Hash::ofBase64).toList();
    }

    private static Subtrees tree(List<String> lines) {
        List<Hash> leaves = lines.stream()
                .map(line -> Hash.leaf(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
        return (level, index) -> TreeEdge.rootOf(leaves.subList((int) (index << level), (int) ((index + 1) << level)));
    }

    @Test
    void shouldVerifyTheRecordedLog() throws IOException {
        CheckpointKey key = CheckpointKey.ofPem(read("key.pem"));
        Checkpoint newest = key.open(read("checkpoint"));
        assertThat(newest.size()).isEqualTo(ENTRIES);
        List<Checkpoint> witnessed = new ArrayList<>();
        for (int earlier : EARLIER) {
            Checkpoint one = key.open(read("witnessed/" + earlier));
            witnessed.add(one);
            assertThat(Proofs.extend(earlier, one.root(), ENTRIES, newest.root(), path("consistency-" + earlier)))
                    .isTrue();
        }
        List<String> lines = List.of(read("entries.jsonl").split("\n"));
        LogCheck check = new LogCheck(newest, witnessed);
        lines.forEach(check::next);
        assertThat(check.faults()).isEmpty();
        for (int index : PROVED) {
            Hash leaf = Hash.leaf(lines.get(index).getBytes(StandardCharsets.UTF_8));
            assertThat(Proofs.includes(leaf, index, ENTRIES, path("inclusion-" + index), newest.root()))
                    .isTrue();
        }
    }

    @Test
    void shouldStillWriteTheRecordedEntriesAndProofs() throws IOException {
        List<String> lines = List.of(read("entries.jsonl").split("\n"));
        for (int i = 0; i < ENTRIES; i++) {
            assertThat(lines.get(i)).isEqualTo(line(i));
        }
        for (int index : PROVED) {
            assertThat(tree(lines).inclusion(index, ENTRIES)).isEqualTo(path("inclusion-" + index));
        }
        for (int earlier : EARLIER) {
            assertThat(tree(lines).consistency(earlier, ENTRIES)).isEqualTo(path("consistency-" + earlier));
        }
    }
}
