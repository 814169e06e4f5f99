package io.millrace.bench.audit;

import io.millrace.governance.domain.audit.LogCheck;
import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** How fast a log's lines are checked against their checkpoint, and how fast the same bytes are hashed. One thread. */
final class VerifyBench {

    private static final double NANOS = 1e9;

    private final List<String> lines;
    private final Checkpoint checkpoint;
    private final long bytes;

    VerifyBench(String logId, List<String> lines) {
        this.lines = List.copyOf(lines);
        TreeEdge tree = new TreeEdge();
        long sum = 0;
        for (String line : lines) {
            byte[] leaf = line.getBytes(StandardCharsets.UTF_8);
            tree.append(Hash.leaf(leaf));
            sum += leaf.length;
        }
        bytes = sum;
        checkpoint = new Checkpoint(logId, tree.size(), tree.root());
    }

    /** Bytes a second of the check. */
    double verified() {
        long began = System.nanoTime();
        LogCheck check = new LogCheck(checkpoint, List.of());
        lines.forEach(check::next);
        double seconds = (System.nanoTime() - began) / NANOS;
        if (!check.faults().isEmpty()) {
            throw new IllegalStateException("the log is not whole: " + check.faults());
        }
        return bytes / seconds;
    }

    /** Bytes a second of SHA-256 over all lines, one after the other. */
    double hashed() {
        long began = System.nanoTime();
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        for (String line : lines) {
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        byte[] root = digest.digest();
        double seconds = (System.nanoTime() - began) / NANOS;
        if (root.length != Hash.BYTES) {
            throw new IllegalStateException("SHA-256 has " + Hash.BYTES + " bytes");
        }
        return bytes / seconds;
    }
}
