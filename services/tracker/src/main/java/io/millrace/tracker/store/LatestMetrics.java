package io.millrace.tracker.store;

import io.millrace.tracker.domain.Measurement;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest value of each metric of a run. What is shown of a run lies in one row, or a few where a run has very many
 * metrics; what runs are found by lies in a row for each value, all of one metric together. Both tables have a single
 * number for a key: that is what makes a row cheap.
 */
final class LatestMetrics {

    /**
     * A metric of a run.
     *
     * @param nextChunk the number of the next row of its history; 0 where its newest value is all of it
     * @param looseChunks how many small rows its history has
     */
    record Kept(int keyNo, Measurement newest, int nextChunk, int looseChunks) {}

    private static final int KEYS_BITS = 10;
    private static final int BUCKETS_BITS = 13;
    private static final int RUNS_BITS = 40;
    private static final int MOST_BYTES_OF_ONE = 5 + 8 + 10 + 10 + 5 + 5;

    private LatestMetrics() {}

    /** What a run's number is added to, to find its value of this metric. */
    static long firstValue(int keyNo) {
        return (long) keyNo << RUNS_BITS;
    }

    private static long bucket(long runNo, int keyNo) {
        return (runNo << BUCKETS_BITS) + (keyNo >> KEYS_BITS);
    }

    /** All of one run, by name. */
    static Map<String, Kept> of(Transaction transaction, MetricKeys keys, long runNo) throws SQLException {
        Map<String, Kept> all = new HashMap<>();
        transaction.query(
                "SELECT content FROM latest_metrics WHERE bucket_no BETWEEN ? AND ?",
                row -> {
                    decode(transaction, keys, row.getBytes(1))
                            .forEach(one -> all.put(one.newest().key(), one));
                    return all;
                },
                bucket(runNo, 0),
                bucket(runNo + 1, 0) - 1);
        return all;
    }

    /** The SQL of run number and content for runs with these numbers. */
    static String ofRuns(String numbers) {
        return "SELECT r.run_no, l.content FROM runs r JOIN latest_metrics l ON l.bucket_no BETWEEN r.run_no * "
                + (1 << BUCKETS_BITS) + " AND r.run_no * " + (1 << BUCKETS_BITS) + " + " + ((1 << BUCKETS_BITS) - 1)
                + " WHERE r.run_no IN " + numbers;
    }

    /** Writes those that changed. */
    static void write(Transaction transaction, long runNo, Map<String, Kept> before, Map<String, Kept> changed)
            throws SQLException {
        for (Map.Entry<String, Kept> one : changed.entrySet()) {
            writeValue(transaction, runNo, before.get(one.getKey()), one.getValue());
        }
        Map<Long, TreeMap<Integer, Kept>> buckets = new HashMap<>();
        for (Kept one : changed.values()) {
            buckets.computeIfAbsent(bucket(runNo, one.keyNo()), bucket -> new TreeMap<>());
        }
        Map<Long, Boolean> present = new HashMap<>();
        for (Map<String, Kept> source : List.of(before, changed)) {
            for (Kept one : source.values()) {
                long bucket = bucket(runNo, one.keyNo());
                TreeMap<Integer, Kept> content = buckets.get(bucket);
                if (content != null) {
                    content.put(one.keyNo(), one);
                    present.merge(bucket, source == before, Boolean::logicalOr);
                }
            }
        }
        for (Map.Entry<Long, TreeMap<Integer, Kept>> bucket : buckets.entrySet()) {
            byte[] content = encode(List.copyOf(bucket.getValue().values()));
            if (Objects.requireNonNull(present.get(bucket.getKey()))) {
                transaction.later(
                        "UPDATE latest_metrics SET content = ? WHERE bucket_no = ?", content, bucket.getKey());
            } else {
                transaction.later(
                        "INSERT INTO latest_metrics (bucket_no, content) VALUES (?, ?)", bucket.getKey(), content);
            }
        }
    }

    private static void writeValue(Transaction transaction, long runNo, @Nullable Kept before, Kept now)
            throws SQLException {
        double newest = now.newest().value();
        boolean nan = Double.isNaN(newest);
        double value = nan ? 0 : newest;
        long number = firstValue(now.keyNo()) + runNo;
        if (before == null || Double.compare(before.newest().value(), newest) != 0) {
            transaction.changes().add(new MetricColumns.Change(now.keyNo(), runNo, newest));
        }
        if (before == null) {
            transaction.later(
                    "INSERT INTO metric_values (value_no, metric_value, is_nan) VALUES (?, ?, ?)", number, value, nan);
        } else if (Double.compare(before.newest().value(), newest) != 0) {
            transaction.later(
                    "UPDATE metric_values SET metric_value = ?, is_nan = ? WHERE value_no = ?", value, nan, number);
        }
    }

    static byte[] encode(List<Kept> all) {
        ByteBuffer bytes = ByteBuffer.allocate(all.size() * MOST_BYTES_OF_ONE);
        Kept last = new Kept(0, new Measurement("", 0, 0, 0), 0, 0);
        for (Kept one : all) {
            MetricChunk.putNumber(bytes, one.keyNo() - last.keyNo());
            MetricChunk.putNumber(bytes, one.newest().time() - last.newest().time());
            MetricChunk.putNumber(bytes, one.newest().step() - last.newest().step());
            MetricChunk.putNumber(bytes, one.nextChunk());
            MetricChunk.putNumber(bytes, one.looseChunks());
            bytes.putDouble(one.newest().value());
            last = one;
        }
        byte[] content = new byte[bytes.position()];
        bytes.flip();
        bytes.get(content);
        return content;
    }

    static List<Kept> decode(Transaction transaction, MetricKeys keys, byte[] content) throws SQLException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        List<Kept> all = new ArrayList<>();
        int keyNo = 0;
        long time = 0;
        long step = 0;
        while (bytes.hasRemaining()) {
            keyNo += (int) MetricChunk.number(bytes);
            time += MetricChunk.number(bytes);
            step += MetricChunk.number(bytes);
            int nextChunk = (int) MetricChunk.number(bytes);
            int looseChunks = (int) MetricChunk.number(bytes);
            Measurement newest = new Measurement(keys.nameOf(transaction, keyNo), bytes.getDouble(), step, time);
            all.add(new Kept(keyNo, newest, nextChunk, looseChunks));
        }
        return all;
    }
}
