package io.millrace.governance.domain.tree;

import java.util.ArrayList;
import java.util.List;

/** A tree that only grows: the complete subtrees that its leaves fill so far, the largest first. Not thread safe. */
public final class TreeEdge {

    private final List<Hash> complete = new ArrayList<>();
    private long size;

    /** Adds a leaf at the end. */
    public void append(Hash leaf) {
        Hash hash = leaf;
        // As many subtrees of equal size become one as the size has trailing ones.
        for (long carried = size; (carried & 1) == 1; carried >>>= 1) {
            hash = Hash.node(complete.removeLast(), hash);
        }
        complete.add(hash);
        size++;
    }

    public long size() {
        return size;
    }

    public Hash root() {
        if (complete.isEmpty()) {
            return Hash.empty();
        }
        Hash root = complete.getLast();
        for (int i = complete.size() - 2; i >= 0; i--) {
            root = Hash.node(complete.get(i), root);
        }
        return root;
    }

    /** The root of a tree with these leaves. */
    public static Hash rootOf(Iterable<Hash> leaves) {
        TreeEdge edge = new TreeEdge();
        leaves.forEach(edge::append);
        return edge.root();
    }
}
