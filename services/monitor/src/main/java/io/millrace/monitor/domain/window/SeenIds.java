package io.millrace.monitor.domain.window;

import java.util.Arrays;

/**
 * Which ids were seen: 64 bits of each, so that of a million ids two that differ are taken for one in one case of ten
 * million. Kept in chunks, so that what is stored of it is only what was added.
 */
public final class SeenIds {

    /** Ids in a chunk. */
    public static final int CHUNK = 512;

    private long[] table = new long[64];
    private long[] order = new long[64];
    private int size;

    /** Whether the id is new; then it was not seen before and is now. */
    public boolean add(String id) {
        return add(hash(id));
    }

    private boolean add(long hash) {
        if (!insert(hash)) {
            return false;
        }
        if (size == order.length) {
            order = Arrays.copyOf(order, 2 * size);
        }
        order[size++] = hash;
        if (2 * size > table.length) {
            table = new long[2 * table.length];
            for (int i = 0; i < size; i++) {
                insert(order[i]);
            }
        }
        return true;
    }

    private boolean insert(long hash) {
        int at = (int) (hash ^ (hash >>> 32)) & (table.length - 1);
        while (table[at] != 0) {
            if (table[at] == hash) {
                return false;
            }
            at = (at + 1) & (table.length - 1);
        }
        table[at] = hash;
        return true;
    }

    /** Never 0. */
    static long hash(String id) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }

    public int size() {
        return size;
    }

    /** One chunk of what was seen, in the order in which it was; the last one may still grow. */
    public long[] chunk(int index) {
        return Arrays.copyOfRange(order, index * CHUNK, Math.min(size, (index + 1) * CHUNK));
    }

    /** Takes a stored chunk in. */
    public void addChunk(long[] chunk) {
        for (long hash : chunk) {
            add(hash);
        }
    }
}
