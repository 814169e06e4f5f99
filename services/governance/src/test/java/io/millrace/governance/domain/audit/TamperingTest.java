package io.millrace.governance.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Proofs;
import io.millrace.governance.domain.tree.Subtrees;
import io.millrace.governance.domain.tree.TestKeys;
import io.millrace.governance.domain.tree.TreeEdge;
import io.millrace.testkit.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever bends the log, its owner with the key included, is found out. */
class TamperingTest {

    private static final int TIMES = 10_000;
    private static final int CHECKPOINTS = 1000;
    private static final int MOST_ENTRIES = 60;

    private enum Kind {
        EDITED,
        DROPPED,
        REORDERED,
        TRUNCATED,
        FORKED,
        PROLONGED
    }

    private static final TestKeys KEYS = TestKeys.make();

    private static String line(SeededRandom random, long index) {
        Hash digest = Hash.leaf(random.bytes(8));
        return new AuditEntry(
                        index,
                        random.nextInt(),
                        new Covered("job-events", 0, index, index, 1, digest, "user:a", "JobSubmitted", "j", 1, 1))
                .line();
    }

    private static List<String> log(SeededRandom random) {
        List<String> lines = new ArrayList<>();
        int size = 2 + random.nextInt(MOST_ENTRIES - 1);
        for (int i = 0; i < size; i++) {
            lines.add(line(random, i));
        }
        return lines;
    }

    private static List<Hash> leaves(List<String> lines) {
        return lines.stream()
                .map(line -> Hash.leaf(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static Checkpoint checkpoint(List<String> lines) {
        return new Checkpoint("log", lines.size(), TreeEdge.rootOf(leaves(lines)));
    }

    private static List<String> faults(List<String> lines, Checkpoint newest, Checkpoint witnessed) {
        LogCheck check = new LogCheck(newest, List.of(witnessed));
        lines.forEach(check::next);
        return check.faults();
    }

    private static String edit(SeededRandom random, String line) {
        int at = random.nextInt(line.length());
        char other = (char) (line.charAt(at) ^ (1 + random.nextInt(7)));
        return line.substring(0, at) + other + line.substring(at + 1);
    }

    /** @return another log than the given one */
    private static List<String> tamper(SeededRandom random, Kind kind, List<String> lines) {
        List<String> bent = new ArrayList<>(lines);
        int at = random.nextInt(lines.size());
        switch (kind) {
            case EDITED -> bent.set(at, edit(random, lines.get(at)));
            case DROPPED -> bent.remove(at);
            case REORDERED -> bent.add((at + 1) % lines.size(), bent.remove(at));
            case TRUNCATED -> bent.subList(at, lines.size()).clear();
            case PROLONGED -> bent.add(line(random, bent.size()));
            case FORKED -> {
                bent.subList(at, lines.size()).clear();
                while (bent.size() < lines.size() + 3) {
                    bent.add(line(random, bent.size()));
                }
            }
        }
        return bent;
    }

    @Test
    void shouldFindEveryTampering() {
        SeededRandom random = SeededRandom.of("TamperingTest.shouldFindEveryTampering");
        int missed = 0;
        for (int i = 0; i < TIMES; i++) {
            Kind kind = random.pick(Kind.EDITED, Kind.values());
            List<String> lines = log(random);
            Checkpoint newest = checkpoint(lines);
            assertThat(faults(lines, newest, checkpoint(lines.subList(0, random.nextInt(lines.size() + 1)))))
                    .isEmpty();
            List<String> bent = tamper(random, kind, lines);
            // An outsider has the old checkpoint; the owner signs a new one, and then there is what a witness saw.
            boolean byOwner = kind != Kind.PROLONGED && random.nextBoolean();
            if (faults(bent, byOwner ? checkpoint(bent) : newest, newest).isEmpty()) {
                missed++;
                System.out.println("missed: " + kind + (byOwner ? " by the owner" : "") + " of " + lines.size());
            }
        }
        assertThat(missed).isZero();
    }

    @Test
    void shouldFindEveryTamperingWithACheckpoint() {
        SeededRandom random = SeededRandom.of("TamperingTest.shouldFindEveryTamperingWithACheckpoint");
        CheckpointKey key = KEYS.key();
        Checkpoint checkpoint = checkpoint(log(random));
        String note = key.sign(checkpoint, KEYS.privatePem());
        for (int i = 0; i < CHECKPOINTS; i++) {
            String bent = edit(random, note);
            assertThatThrownBy(() -> key.open(bent)).as(bent).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldFindEveryTamperingWithAProof() {
        SeededRandom random = SeededRandom.of("TamperingTest.shouldFindEveryTamperingWithAProof");
        int missed = 0;
        for (int i = 0; i < TIMES; i++) {
            List<String> lines = log(random);
            List<Hash> leaves = leaves(lines);
            Subtrees tree = (level, index) ->
                    TreeEdge.rootOf(leaves.subList((int) (index << level), (int) ((index + 1) << level)));
            int size = lines.size();
            Hash root = tree.root(size);
            int index = random.nextInt(size);
            int earlier = 1 + random.nextInt(size);
            List<Hash> inclusion = tree.inclusion(index, size);
            List<Hash> consistency = tree.consistency(earlier, size);
            assertThat(Proofs.includes(leaves.get(index), index, size, inclusion, root))
                    .isTrue();
            assertThat(Proofs.extend(earlier, tree.root(earlier), size, root, consistency))
                    .isTrue();

            Hash other = Hash.leaf(edit(random, lines.get(index)).getBytes(StandardCharsets.UTF_8));
            List<Hash> bentInclusion = bent(random, inclusion);
            List<Hash> bentConsistency = bent(random, consistency);
            if (Proofs.includes(other, index, size, inclusion, root)
                    || Proofs.includes(leaves.get(index), index, size, bentInclusion, root)
                    || Proofs.includes(leaves.get(index), index, size, inclusion, other)
                    || Proofs.extend(earlier, other, size, root, consistency)
                    || Proofs.extend(earlier, tree.root(earlier), size, other, consistency)
                    || Proofs.extend(earlier, tree.root(earlier), size, root, bentConsistency)) {
                missed++;
            }
        }
        assertThat(missed).isZero();
    }

    private static List<Hash> bent(SeededRandom random, List<Hash> path) {
        List<Hash> bent = new ArrayList<>(path);
        Hash other = Hash.leaf(random.bytes(8));
        int at = random.nextInt(path.size() + 1);
        if (at == path.size() || random.onceIn(3)) {
            bent.add(at, other);
        } else if (random.nextBoolean()) {
            bent.remove(at);
        } else {
            bent.set(at, other);
        }
        return bent;
    }
}
