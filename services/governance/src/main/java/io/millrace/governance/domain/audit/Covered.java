package io.millrace.governance.domain.audit;

import io.millrace.governance.domain.tree.Hash;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that one entry covers: consecutive ones, in their order.
 *
 * @param records how many; offsets between the first and the last may be no records, such as the ends of transactions
 * @param digest root of the tree over their bytes, as {@link #recordBytes} has them; with one record, its leaf's hash
 * @param actor who did it, as the record claims; null where there are several, or it can't be read
 * @param action the event's name; null where there are several
 * @param subject the record's key; null where there are several, or none
 * @param firstAt earliest time that a record says, ms since the epoch
 * @param lastAt latest time that a record says, ms since the epoch
 */
public record Covered(
        String topic,
        int partition,
        long firstOffset,
        long lastOffset,
        int records,
        Hash digest,
        @Nullable String actor,
        @Nullable String action,
        @Nullable String subject,
        long firstAt,
        long lastAt) {

    /** The action of a record that can't be read, or has no value. */
    public static final String UNREADABLE = "unreadable";

    private static final int NONE = -1;

    public Covered {
        if (records < 1 || lastOffset - firstOffset < records - 1) {
            throw new IllegalArgumentException(
                    records + " records can't lie from offset " + firstOffset + " to " + lastOffset);
        }
    }

    /**
     * What is hashed of a record, all numbers big endian: offset (8 bytes), timestamp (8), length of the key (4, or -1
     * for none), key, length of the value (4, or -1), value.
     *
     * @param timestamp ms since the epoch
     */
    public static byte[] recordBytes(long offset, long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES
                + 2 * Integer.BYTES
                + (key == null ? 0 : key.length)
                + (value == null ? 0 : value.length));
        bytes.putLong(offset).putLong(timestamp);
        put(bytes, key);
        put(bytes, value);
        return bytes.array();
    }

    private static void put(ByteBuffer bytes, byte @Nullable [] part) {
        if (part == null) {
            bytes.putInt(NONE);
        } else {
            bytes.putInt(part.length).put(part);
        }
    }
}
