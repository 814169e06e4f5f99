package io.millrace.tracker.store;

import io.millrace.tracker.domain.Measurement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Many measurements of one metric in a few bytes: times and steps as differences to those before, in as many bytes as
 * they need, values as they are.
 */
final class MetricChunk {

    private static final int MOST_BYTES_OF_ONE = 10 + 10 + 8;

    private MetricChunk() {}

    static byte[] encode(List<Measurement> measurements) {
        ByteBuffer bytes = ByteBuffer.allocate(measurements.size() * MOST_BYTES_OF_ONE);
        long time = 0;
        long step = 0;
        for (Measurement one : measurements) {
            putNumber(bytes, one.time() - time);
            putNumber(bytes, one.step() - step);
            bytes.putDouble(one.value());
            time = one.time();
            step = one.step();
        }
        byte[] content = new byte[bytes.position()];
        bytes.flip();
        bytes.get(content);
        return content;
    }

    static List<Measurement> decode(String key, byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        List<Measurement> measurements = new ArrayList<>();
        long time = 0;
        long step = 0;
        while (bytes.hasRemaining()) {
            time += number(bytes);
            step += number(bytes);
            measurements.add(new Measurement(key, bytes.getDouble(), step, time));
        }
        return measurements;
    }

    /** Small ones of either sign in few bytes, seven bits a byte. */
    static void putNumber(ByteBuffer bytes, long number) {
        long left = (number << 1) ^ (number >> 63);
        while ((left & ~0x7FL) != 0) {
            bytes.put((byte) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        bytes.put((byte) left);
    }

    static long number(ByteBuffer bytes) {
        long number = 0;
        int shift = 0;
        byte next = bytes.get();
        while (next < 0) {
            number |= (next & 0x7FL) << shift;
            shift += 7;
            next = bytes.get();
        }
        number |= (long) next << shift;
        return (number >>> 1) ^ -(number & 1);
    }
}
