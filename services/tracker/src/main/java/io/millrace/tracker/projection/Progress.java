package io.millrace.tracker.projection;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the tables are built from what was in the log when the follower began. Thread safe. */
public final class Progress {

    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
    private static final int STEP_PERCENT = 5;
    private static final int ALL_PERCENT = 100;

    private Map<TopicPartition, Long> ends = Map.of();
    private long toDo;
    private long left = 1;
    private int told;
    private boolean caughtUp;
    private long caughtUpAt;

    synchronized void begin(
            Map<TopicPartition, Long> endOffsets,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> stored) {
        ends = new HashMap<>(endOffsets);
        toDo = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            long from = stored.getOrDefault(end.getKey(), beginnings.getOrDefault(end.getKey(), 0L));
            toDo += Math.max(0, end.getValue() - from);
        }
        left = toDo;
        told = 0;
        caughtUp = false;
        LOG.info("{} records are to be applied before the tables are up to date", toDo);
    }

    synchronized void at(ToLongFunction<TopicPartition> position) {
        if (caughtUp) {
            return;
        }
        left = 0;
        ends.forEach((partition, end) -> left += Math.max(0, end - position.applyAsLong(partition)));
        int percent = percent();
        if (percent >= told + STEP_PERCENT && left > 0) {
            told = percent;
            LOG.info("{} % of {} records are applied", percent, toDo);
        }
        if (left == 0) {
            caughtUp = true;
            caughtUpAt = System.nanoTime();
            LOG.info("the tables are up to date after {} records", toDo);
        }
    }

    synchronized void fellBehind() {
        caughtUp = false;
    }

    /** Whether the tables hold everything that was in the log when the follower began. */
    public synchronized boolean caughtUp() {
        return caughtUp;
    }

    /** For how long they hold it, ms; 0 while they don't. */
    public synchronized long caughtUpForMs() {
        return caughtUp ? (System.nanoTime() - caughtUpAt) / 1_000_000 : 0;
    }

    /** How much of that is applied, 0 to 100. */
    public synchronized int percent() {
        return toDo == 0 ? (left == 0 ? ALL_PERCENT : 0) : (int) ((toDo - left) * ALL_PERCENT / toDo);
    }

    /** How many records of that are to be applied. */
    public synchronized long left() {
        return left;
    }
}
