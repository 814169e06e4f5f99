package io.millrace.bench.pipeline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Processor time of this JVM's threads, by what they work for. */
final class ThreadTimes {

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private Map<Long, Long> before = Map.of();

    /** Nanoseconds since the last call, by part; threads that have ended since don't count. */
    Map<String, Long> take() {
        Map<Long, Long> now = new HashMap<>();
        Map<String, Long> spent = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread == null) {
                continue; // ended meanwhile
            }
            long id = thread.getThreadId();
            long time = threads.getThreadCpuTime(id);
            now.put(id, time);
            spent.merge(part(thread.getThreadName()), time - before.getOrDefault(id, 0L), Long::sum);
        }
        before = now;
        return spent;
    }

    private static String part(String thread) {
        if (thread.startsWith("kafka-producer-network-thread")) {
            return thread.contains("StreamThread") || thread.contains("hop") || thread.contains("same-bytes")
                    ? "sending"
                    : "load";
        }
        if (thread.contains("StreamThread") || thread.startsWith("scheduler-")) {
            return "processing";
        }
        if (thread.equals("main") || thread.contains("ForkJoin")) {
            return "load";
        }
        return "broker";
    }
}
