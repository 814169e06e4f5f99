package io.millrace.tracker.store;

import io.millrace.tracker.domain.Measurement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Histories of metrics, many measurements a row, and the newest value of each in a row of its own. Small rows of a
 * history are joined when there are many of them.
 */
final class MetricRows {

    /** How a metric of a run is kept: the number of its next chunk, and how many small ones it has. */
    record Kept(int nextChunk, int looseChunks) {}

    private static final int FULL_CHUNK = 1024;
    private static final int SMALL_CHUNK = 256;
    private static final int MOST_LOOSE = 24;

    private MetricRows() {}

    /** The newest values of a run, and how its metrics are kept. */
    static Map<String, Kept> latest(
            Transaction transaction, MetricKeys keys, long runNo, java.util.function.Consumer<Measurement> taker)
            throws SQLException {
        Map<String, Kept> kept = new HashMap<>();
        transaction.query(
                "SELECT key_no, metric_value, is_nan, metric_time, step, next_chunk, loose_chunks FROM latest_metrics"
                        + " WHERE run_no = ?",
                row -> {
                    String key = keys.nameOf(transaction, row.getInt(1));
                    taker.accept(new Measurement(
                            key, row.getBoolean(3) ? Double.NaN : row.getDouble(2), row.getLong(5), row.getLong(4)));
                    return kept.put(key, new Kept(row.getInt(6), row.getInt(7)));
                },
                runNo);
        return kept;
    }

    /** Writes new measurements and the newest value. */
    static void append(
            Transaction transaction, long runNo, int keyNo, Kept before, List<Measurement> added, Measurement newest)
            throws SQLException {
        int next = before.nextChunk();
        int loose = before.looseChunks();
        for (int from = 0; from < added.size(); from += FULL_CHUNK) {
            List<Measurement> chunk = added.subList(from, Math.min(added.size(), from + FULL_CHUNK));
            if (chunk.size() < SMALL_CHUNK) {
                loose++;
            }
            if (loose > MOST_LOOSE) {
                List<Measurement> joined = takeLoose(transaction, runNo, keyNo);
                joined.addAll(chunk);
                chunk = joined;
                loose = joined.size() < SMALL_CHUNK ? 1 : 0;
            }
            transaction.later(
                    "INSERT INTO metric_chunks (run_no, key_no, chunk_no, points, content) VALUES (?, ?, ?, ?, ?)",
                    runNo,
                    keyNo,
                    next++,
                    chunk.size(),
                    MetricChunk.encode(chunk));
        }
        boolean nan = Double.isNaN(newest.value());
        double value = nan ? 0 : newest.value();
        if (before.nextChunk() == 0) {
            transaction.later(
                    "INSERT INTO latest_metrics (run_no, key_no, metric_value, is_nan, metric_time, step, next_chunk,"
                            + " loose_chunks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    runNo,
                    keyNo,
                    value,
                    nan,
                    newest.time(),
                    newest.step(),
                    next,
                    loose);
        } else {
            transaction.later(
                    "UPDATE latest_metrics SET metric_value = ?, is_nan = ?, metric_time = ?, step = ?, next_chunk = ?,"
                            + " loose_chunks = ? WHERE run_no = ? AND key_no = ?",
                    value,
                    nan,
                    newest.time(),
                    newest.step(),
                    next,
                    loose,
                    runNo,
                    keyNo);
        }
    }

    private static List<Measurement> takeLoose(Transaction transaction, long runNo, int keyNo) throws SQLException {
        transaction.flush();
        List<Measurement> joined = new ArrayList<>();
        transaction
                .query(
                        "SELECT content FROM metric_chunks WHERE run_no = ? AND key_no = ? AND points < ?"
                                + " ORDER BY chunk_no",
                        row -> MetricChunk.decode("", row.getBytes(1)),
                        runNo,
                        keyNo,
                        SMALL_CHUNK)
                .forEach(joined::addAll);
        transaction.update(
                "DELETE FROM metric_chunks WHERE run_no = ? AND key_no = ? AND points < ?", runNo, keyNo, SMALL_CHUNK);
        return joined;
    }

    /** The whole history of a metric, each measurement once, in time. */
    static List<Measurement> history(Transaction transaction, MetricKeys keys, long runNo, String key)
            throws SQLException {
        Integer keyNo = keys.numberOf(transaction, key);
        if (keyNo == null) {
            return List.of();
        }
        List<Measurement> all = new ArrayList<>();
        transaction
                .query(
                        "SELECT content FROM metric_chunks WHERE run_no = ? AND key_no = ?",
                        row -> MetricChunk.decode(key, Objects.requireNonNull(row.getBytes(1))),
                        runNo,
                        keyNo)
                .forEach(all::addAll);
        all.sort(Measurement.IN_TIME);
        List<Measurement> distinct = new ArrayList<>(all.size());
        Comparator<Measurement> same = Measurement.IN_TIME;
        for (Measurement one : all) {
            if (distinct.isEmpty() || same.compare(distinct.getLast(), one) != 0) {
                distinct.add(one);
            }
        }
        return distinct;
    }
}
