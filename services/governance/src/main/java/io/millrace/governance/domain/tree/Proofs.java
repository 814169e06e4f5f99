package io.millrace.governance.domain.tree;

import java.util.List;

/** Checks proofs, by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2; they share nothing with how proofs are made. */
public final class Proofs {

    private Proofs() {}

    /** Whether a tree of this size and root has the leaf at this index. */
    public static boolean includes(Hash leaf, long index, long size, List<Hash> path, Hash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long at = index;
        long last = size - 1;
        Hash hash = leaf;
        for (Hash sibling : path) {
            if (last == 0) {
                return false;
            }
            if ((at & 1) == 1 || at == last) {
                hash = Hash.node(sibling, hash);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = Hash.node(hash, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /** Whether the later tree begins with all leaves of the earlier one. */
    public static boolean extend(long earlier, Hash earlierRoot, long size, Hash root, List<Hash> path) {
        if (earlier < 0 || earlier > size) {
            return false;
        }
        if (earlier == size) {
            return path.isEmpty() && earlierRoot.equals(root);
        }
        if (earlier == 0) {
            return path.isEmpty() && earlierRoot.equals(Hash.empty());
        }
        boolean complete = Long.bitCount(earlier) == 1;
        if (path.isEmpty()) {
            return false;
        }
        long at = earlier - 1;
        long last = size - 1;
        while ((at & 1) == 1) {
            at >>>= 1;
            last >>>= 1;
        }
        Hash first = complete ? earlierRoot : path.getFirst();
        Hash before = first;
        Hash after = first;
        for (Hash node : complete ? path : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((at & 1) == 1 || at == last) {
                before = Hash.node(node, before);
                after = Hash.node(node, after);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                after = Hash.node(after, node);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && before.equals(earlierRoot) && after.equals(root);
    }
}
