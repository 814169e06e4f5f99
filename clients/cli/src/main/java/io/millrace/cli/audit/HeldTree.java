package io.millrace.cli.audit;

import io.millrace.governance.domain.tree.Hash;
import io.millrace.governance.domain.tree.Subtrees;
import java.util.ArrayList;
import java.util.List;

/** A tree with all its complete subtrees at hand. Not thread safe. */
final class HeldTree implements Subtrees {

    private final List<List<Hash>> levels = new ArrayList<>();

    void append(Hash leaf) {
        Hash hash = leaf;
        for (int level = 0; ; level++) {
            if (levels.size() == level) {
                levels.add(new ArrayList<>());
            }
            List<Hash> hashes = levels.get(level);
            hashes.add(hash);
            if (hashes.size() % 2 == 1) {
                return;
            }
            hash = Hash.node(hashes.get(hashes.size() - 2), hashes.getLast());
        }
    }

    long size() {
        return levels.isEmpty() ? 0 : levels.getFirst().size();
    }

    @Override
    public Hash at(int level, long index) {
        return levels.get(level).get(Math.toIntExact(index));
    }
}
