package io.millrace.governance.domain.tree;

import java.util.ArrayList;
import java.util.List;

/** A tree by its complete subtrees, and the proofs made of them. */
@FunctionalInterface
public interface Subtrees {

    /**
     * The root of the complete subtree that begins at leaf {@code index << level} and has {@code 1 << level} leaves.
     */
    Hash at(int level, long index);

    /** The root of the tree's first leaves. */
    default Hash root(long size) {
        return size == 0 ? Hash.empty() : root(0, size);
    }

    /**
     * The way from a leaf to the root of the tree's first {@code size} leaves, the nearest node first.
     *
     * @throws IllegalArgumentException when it is not among them
     */
    default List<Hash> inclusion(long index, long size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no leaf " + index);
        }
        List<Hash> path = new ArrayList<>();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long middle = from + split(to - from);
            if (index < middle) {
                path.add(root(middle, to));
                to = middle;
            } else {
                path.add(root(from, middle));
                from = middle;
            }
        }
        return path.reversed();
    }

    /**
     * What shows that a tree of {@code size} leaves begins with those of an earlier one.
     *
     * @param earlier how many leaves that one had
     * @throws IllegalArgumentException when it had more
     */
    default List<Hash> consistency(long earlier, long size) {
        if (earlier < 0 || earlier > size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves never had " + earlier);
        }
        List<Hash> path = new ArrayList<>();
        if (earlier == 0 || earlier == size) {
            return path;
        }
        long from = 0;
        long to = size;
        boolean whole = true; // whether the earlier tree's own root is the subtree that is left
        while (earlier != to) {
            long middle = from + split(to - from);
            if (earlier <= middle) {
                path.add(root(middle, to));
                to = middle;
            } else {
                path.add(root(from, middle));
                from = middle;
                whole = false;
            }
        }
        if (!whole) {
            path.add(root(from, to));
        }
        return path.reversed();
    }

    private Hash root(long from, long to) {
        long leaves = to - from;
        if (Long.bitCount(leaves) == 1) {
            int level = Long.numberOfTrailingZeros(leaves);
            return at(level, from >>> level);
        }
        long middle = from + split(leaves);
        return Hash.node(root(from, middle), root(middle, to));
    }

    /** The largest power of two below a number of leaves greater than one. */
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }
}
