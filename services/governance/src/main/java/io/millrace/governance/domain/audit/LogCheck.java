package io.millrace.governance.domain.audit;

import io.millrace.governance.domain.tree.Checkpoint;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.TreeEdge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Checks a whole log, given line by line, against its newest checkpoint and against those that witnesses kept. The
 * signatures of all of them must have been checked before.
 */
public final class LogCheck {

    private final TreeEdge tree = new TreeEdge();
    private final TreeMap<Long, List<Checkpoint>> awaited = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private final Checkpoint newest;

    /** @param witnessed any number, in any order */
    public LogCheck(Checkpoint newest, Collection<Checkpoint> witnessed) {
        this.newest = newest;
        await(newest);
        witnessed.forEach(one -> {
            if (!one.origin().equals(newest.origin())) {
                faults.add("a witness saw a checkpoint of another log, " + one.origin());
            } else if (one.size() > newest.size()) {
                faults.add("a witness saw " + one.size() + " entries, and the newest checkpoint has only "
                        + newest.size() + ": the log was cut");
            } else {
                await(one);
            }
        });
        compare();
    }

    private void await(Checkpoint checkpoint) {
        awaited.computeIfAbsent(checkpoint.size(), size -> new ArrayList<>()).add(checkpoint);
    }

    /** @param line the next entry */
    public void next(String line) {
        long index = tree.size();
        if (!line.startsWith(AuditEntry.beginning(index))) {
            faults.add("in the place of entry " + index + " lies another");
        }
        tree.append(Hash.leaf(line.getBytes(StandardCharsets.UTF_8)));
        compare();
    }

    private void compare() {
        List<Checkpoint> due = awaited.remove(tree.size());
        if (due != null) {
            Hash root = tree.root();
            for (Checkpoint checkpoint : due) {
                if (!checkpoint.root().equals(root)) {
                    faults.add("the first " + tree.size() + " entries are not those that the checkpoint was made of");
                }
            }
        }
    }

    /** What does not hold, after the last entry; empty when the log is whole. */
    public List<String> faults() {
        List<String> found = new ArrayList<>(faults);
        if (tree.size() < newest.size()) {
            found.add("the log ends after " + tree.size() + " entries; the checkpoint has " + newest.size());
        }
        if (tree.size() > newest.size()) {
            found.add("the log goes on for " + tree.size() + " entries; the checkpoint has only " + newest.size());
        }
        return found;
    }

    public long entries() {
        return tree.size();
    }
}
