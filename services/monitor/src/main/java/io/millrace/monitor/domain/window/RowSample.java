package io.millrace.monitor.domain.window;

import java.util.Collection;
import java.util.TreeMap;

/**
 * Some of many rows: those whose ids hash lowest. So they are the same ones in whatever order, and however often, rows
 * come, and as good as drawn by lot.
 *
 * @param <R> rows
 */
public final class RowSample<R> {

    private final int most;
    private final TreeMap<Long, R> rows = new TreeMap<>();

    /** @param most rows that are kept */
    public RowSample(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("a sample of " + most + " rows");
        }
        this.most = most;
    }

    public void add(String id, R row) {
        rows.putIfAbsent(SeenIds.hash(id), row);
        if (rows.size() > most) {
            rows.pollLastEntry();
        }
    }

    public Collection<R> rows() {
        return rows.values();
    }
}
