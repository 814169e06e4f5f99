package io.millrace.governance.domain.tree;

import java.util.Locale;

/**
 * A part of a tree, and of its entries, that is kept as one file, as C2SP's tlog-tiles has it.
 *
 * @param level which hashes: those of subtrees of 256 to the power of {@code level} leaves; {@link #ENTRIES} for entries
 * @param index which of that level, from 0
 * @param width how many there are in it, up to 256; one that is full never changes
 */
public record Tile(int level, long index, int width) {

    /** Hashes, or entries, of a full tile. */
    public static final int FULL = 256;

    /** What a tile covers of the levels of a tree. */
    public static final int HEIGHT = 8;

    public static final int ENTRIES = -1;

    public boolean isFull() {
        return width == FULL;
    }

    /** Where it lies: {@code tile/0/x001/234}, or {@code tile/0/x001/234.p/17} while it fills. */
    public String path() {
        String number = String.format(Locale.ROOT, "%03d", index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            number = String.format(Locale.ROOT, "x%03d/", rest % 1000) + number;
        }
        return "tile/" + (level == ENTRIES ? "entries" : Integer.toString(level)) + "/" + number
                + (isFull() ? "" : ".p/" + width);
    }
}
