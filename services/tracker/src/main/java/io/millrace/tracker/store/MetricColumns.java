package io.millrace.tracker.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest values of metrics that were searched by, in memory, all of one metric in an array: which runs are worth
 * looking at. Whether they match, the tables say. Of a run whose value is just being changed it is not known which of
 * both holds: it is always worth looking at. Thread safe.
 *
 * <p>A change is put in before its transaction ends, under the lock of its run, so that values come in the order in which
 * they hold; of a transaction that fails, the columns are forgotten.
 */
final class MetricColumns {

    /** A new value of a metric of a run. */
    record Change(int keyNo, long runNo, double value) {}

    /**
     * Runs with the best values of a metric.
     *
     * @param runs all that are better than the bound, and those whose value is being changed
     * @param bound others are no better than it; null where all that have a number are among the runs
     */
    record Best(BitSet runs, @Nullable Double bound) {}

    private static final class Column {
        private final AtomicLong used = new AtomicLong();
        private long[] bits = new long[0];
        private BitSet told = new BitSet(); // while it is read: what came later than what is read
        private boolean read;
        private boolean tooLarge;

        void put(long runNo, double value) {
            if (runNo >= MOST_RUNS) {
                tooLarge = true;
                bits = new long[0];
            }
            if (tooLarge) {
                return;
            }
            if (runNo >= bits.length) {
                int before = bits.length;
                bits = Arrays.copyOf(bits, (int) Math.min(MOST_RUNS, Math.max(LEAST_LENGTH, runNo + runNo / 4 + 1)));
                Arrays.fill(bits, before, bits.length, ABSENT);
            }
            bits[(int) runNo] = Double.doubleToLongBits(value + 0.0); // -0 is 0
        }

        void tell(Change change) {
            put(change.runNo(), change.value());
            if (!read && !tooLarge) {
                told.set((int) change.runNo());
            }
        }
    }

    private static final long MOST_RUNS = 1_000_000;
    private static final int LEAST_LENGTH = 1024;
    private static final long ABSENT = 0x7ff8_0000_0000_0001L; // a NaN that no value is stored as

    private final long mostValues;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Integer, Column> columns = new HashMap<>();
    private final Set<List<Change>> pending = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicLong uses = new AtomicLong();

    /** @param mostValues how many it holds at most, each of 8 bytes; a single metric may have more */
    MetricColumns(long mostValues) {
        this.mostValues = mostValues;
    }

    /** To be told before the transaction that changes them ends, while it has these runs locked. */
    void announce(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        lock.writeLock().lock();
        try {
            pending.add(changes);
            for (Change change : changes) {
                Column column = columns.get(change.keyNo());
                if (column != null) {
                    column.tell(change);
                }
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** To be told when the transaction ended. */
    void settle(List<Change> changes, boolean kept) {
        if (changes.isEmpty()) {
            return;
        }
        lock.writeLock().lock();
        try {
            pending.remove(changes);
            if (!kept) {
                changes.forEach(change -> columns.remove(change.keyNo()));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Runs beside which none has a value of which this holds, NaN apart; null where that is not known. */
    @Nullable
    BitSet where(Transaction transaction, int keyNo, DoublePredicate holds) throws SQLException {
        Column column = read(transaction, keyNo);
        lock.readLock().lock();
        try {
            if (isForgotten(column, keyNo)) {
                return null;
            }
            BitSet runs = changing(keyNo);
            for (int run = 0; run < column.bits.length; run++) {
                double value = Double.longBitsToDouble(column.bits[run]);
                if (!Double.isNaN(value) && holds.test(value)) {
                    runs.set(run);
                }
            }
            return runs;
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The runs that are best by a metric.
     *
     * @param among only these; null for any
     * @param most how many they are, not counting those whose value is being changed
     * @return null where that is not known
     */
    @Nullable
    Best best(Transaction transaction, int keyNo, boolean smallest, @Nullable BitSet among, int most)
            throws SQLException {
        Column column = read(transaction, keyNo);
        lock.readLock().lock();
        try {
            if (isForgotten(column, keyNo)) {
                return null;
            }
            double[] values = new double[column.bits.length];
            int count = 0;
            for (int run = 0; run < column.bits.length; run++) {
                double value = Double.longBitsToDouble(column.bits[run]);
                if (!Double.isNaN(value) && (among == null || among.get(run))) {
                    values[count++] = value;
                }
            }
            Double bound = null;
            if (count > most) {
                Arrays.sort(values, 0, count);
                bound = smallest ? values[most] : values[count - 1 - most];
            }
            BitSet runs = changing(keyNo);
            for (int run = 0; run < column.bits.length; run++) {
                double value = Double.longBitsToDouble(column.bits[run]);
                boolean better = bound == null ? !Double.isNaN(value) : smallest ? value < bound : value > bound;
                if (better && (among == null || among.get(run))) {
                    runs.set(run);
                }
            }
            return new Best(runs, bound);
        } finally {
            lock.readLock().unlock();
        }
    }

    private boolean isForgotten(Column column, int keyNo) {
        return column.tooLarge || columns.get(keyNo) != column;
    }

    private BitSet changing(int keyNo) {
        BitSet runs = new BitSet();
        for (List<Change> changes : pending) {
            for (Change change : changes) {
                if (change.keyNo() == keyNo && change.runNo() < MOST_RUNS) {
                    runs.set((int) change.runNo());
                }
            }
        }
        return runs;
    }

    /** It hears of every change from before it is read on. */
    private Column read(Transaction transaction, int keyNo) throws SQLException {
        Column column;
        lock.writeLock().lock();
        try {
            column = columns.get(keyNo);
            if (column == null) {
                column = new Column();
                columns.put(keyNo, column);
                for (List<Change> changes : pending) {
                    changes.stream().filter(change -> change.keyNo() == keyNo).forEach(column::tell);
                }
            }
            column.used.set(uses.incrementAndGet());
        } finally {
            lock.writeLock().unlock();
        }
        synchronized (column) {
            if (!column.read) {
                record Value(long runNo, double value) {}
                long first = LatestMetrics.firstValue(keyNo);
                List<Value> stored = transaction.query(
                        "SELECT value_no, metric_value, is_nan FROM metric_values WHERE value_no BETWEEN ? AND ?",
                        row -> new Value(row.getLong(1) - first, row.getBoolean(3) ? Double.NaN : row.getDouble(2)),
                        first,
                        first + MOST_RUNS);
                lock.writeLock().lock();
                try {
                    for (Value one : stored) {
                        if (one.runNo() >= MOST_RUNS || !column.told.get((int) one.runNo())) {
                            column.put(one.runNo(), one.value());
                        }
                    }
                    column.read = true;
                    column.told = new BitSet();
                    forgetOthers(column);
                } finally {
                    lock.writeLock().unlock();
                }
            }
        }
        return column;
    }

    private void forgetOthers(Column kept) {
        long values = columns.values().stream()
                .mapToLong(column -> column.bits.length)
                .sum();
        while (values > mostValues && columns.size() > 1) {
            Map.Entry<Integer, Column> oldest = null;
            for (Map.Entry<Integer, Column> one : columns.entrySet()) {
                if (one.getValue() != kept
                        && (oldest == null
                                || one.getValue().used.get()
                                        < oldest.getValue().used.get())) {
                    oldest = one;
                }
            }
            if (oldest == null) {
                return;
            }
            values -= oldest.getValue().bits.length;
            columns.remove(oldest.getKey());
        }
    }
}
