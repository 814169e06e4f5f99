package io.millrace.tracker.store;

import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.store.LatestMetrics.Kept;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Histories of metrics, many measurements a row. A metric that was measured once has no such row: its newest value is
 * its history. Small rows of a history are joined when there are many of them.
 */
final class MetricRows {

    private static final int FULL_CHUNK = 1024;
    private static final int SMALL_CHUNK = 256;
    private static final int MOST_LOOSE = 24;

    private MetricRows() {}

    /**
     * Writes what was measured.
     *
     * @param before all metrics of the run, by name
     */
    static void save(Transaction transaction, MetricKeys keys, long runNo, Map<String, Kept> before, RunImage image)
            throws SQLException {
        Map<String, Kept> changed = new HashMap<>();
        for (Map.Entry<String, List<Measurement>> measured : image.measured().entrySet()) {
            String key = measured.getKey();
            int keyNo = Objects.requireNonNull(keys.numberOf(transaction, key), "it was made");
            Measurement newest = Objects.requireNonNull(image.latest(key));
            changed.put(key, append(transaction, runNo, keyNo, before.get(key), measured.getValue(), newest));
        }
        if (!changed.isEmpty()) {
            LatestMetrics.write(transaction, runNo, before, changed);
        }
    }

    private static Kept append(
            Transaction transaction,
            long runNo,
            int keyNo,
            @Nullable Kept before,
            List<Measurement> measured,
            Measurement newest)
            throws SQLException {
        if (before == null && measured.size() == 1) {
            return new Kept(keyNo, newest, 0, 0);
        }
        List<Measurement> added = new ArrayList<>(measured.size() + 1);
        if (before != null && before.nextChunk() == 0) {
            added.add(before.newest());
        }
        added.addAll(measured);
        int next = before == null ? 0 : before.nextChunk();
        int loose = before == null ? 0 : before.looseChunks();
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
        return new Kept(keyNo, newest, next, loose);
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
        if (all.isEmpty()) {
            Kept only = LatestMetrics.of(transaction, keys, runNo).get(key);
            return only == null ? List.of() : List.of(only.newest());
        }
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
