package io.millrace.scheduler.domain;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that wait for the end of others. A cache, made from the jobs.
 *
 * <p>Nobody waits in a circle: a job is accepted only when all it waits for have been, so the order in which jobs were
 * accepted has every job behind those it waits for.
 */
final class Dependents {

    private final NavigableSet<Job> all = new TreeSet<>(Job.BY_SUBMISSION);
    private final Map<String, Set<String>> byDependency = new HashMap<>();

    /** Those that may have something to be decided about; more than these never harm. */
    private final NavigableSet<String> unchecked = new TreeSet<>();

    void clear() {
        all.clear();
        byDependency.clear();
        unchecked.clear();
    }

    void add(Job job) {
        all.add(job);
        unchecked.add(job.id());
        for (Dependency dependency : job.request().after()) {
            byDependency
                    .computeIfAbsent(dependency.jobId(), id -> new HashSet<>())
                    .add(job.id());
        }
    }

    void remove(Job job) {
        all.remove(job);
        unchecked.remove(job.id());
        for (Dependency dependency : job.request().after()) {
            byDependency.computeIfPresent(dependency.jobId(), (id, waiting) -> {
                waiting.remove(job.id());
                return waiting.isEmpty() ? null : waiting;
            });
        }
    }

    /** A job ended: look at those that waited for it. */
    void ended(String jobId) {
        unchecked.addAll(byDependency.getOrDefault(jobId, Set.of()));
    }

    /** The first, by id, that has not been looked at since something changed for it; null when all have been. */
    @Nullable
    String nextUnchecked() {
        return unchecked.pollFirst();
    }

    /** Whether somebody waits for the job's end. */
    boolean has(String jobId) {
        return byDependency.containsKey(jobId);
    }

    /** By submission. */
    NavigableSet<Job> all() {
        return all;
    }
}
