package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.NaiveBackfill.AT_ONCE;
import static io.millrace.scheduler.domain.NaiveBackfill.BY_START;

import io.millrace.scheduler.domain.NaiveBackfill.Kept;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What holds jobs back in a pool as it is after a cycle, found in the plainest way. */
final class NaiveReasons {

    private final NaiveBackfill cycle;

    NaiveReasons(Pool pool) {
        cycle = new NaiveBackfill(pool);
    }

    /** All that holds a waiting job back by itself; whom room is kept for is told after a colon. */
    Set<String> of(Job job) {
        Kept mine = cycle.kept.remove(job.id());
        Set<String> reasons = new TreeSet<>();
        cycle.quotas(job, cycle.fitNow(job)).forEach(reason -> reasons.add(reason.name()));
        int[] all = cycle.pool.nodes().stream().mapToInt(Node::gpus).toArray();
        cycle.busy.forEach(use -> all[use.node()] -= use.gpus());
        if (cycle.fit(job, all) == null) {
            reasons.addAll(misfit(job, all));
        } else {
            keeper(job, all).ifPresent(keeper -> reasons.add("RESERVED_FOR:" + keeper));
        }
        if (mine != null) {
            cycle.kept.put(job.id(), mine);
        }
        return reasons;
    }

    private Set<String> misfit(Job job, int[] free) {
        JobRequest.Shape shape = job.request().shape();
        int ofType = 0;
        boolean any = false;
        int index = 0;
        for (Node node : cycle.pool.nodes()) {
            if (shape.gpuType() == null || shape.gpuType().equals(node.gpuType())) {
                any = true;
                ofType += cycle.usable[index] ? free[index] : 0;
            }
            index++;
        }
        if (!any) {
            return Set.of(shape.gpuType() == null ? "INSUFFICIENT_GPUS" : "NO_MATCHING_GPU_TYPE");
        }
        Set<String> reasons = new TreeSet<>(Set.of(ofType < shape.gpus() ? "INSUFFICIENT_GPUS" : "FRAGMENTATION"));
        int[] all = cycle.pool.fleet().all();
        if (cycle.pool.fleet().fit(shape, cycle.usable, all) == null
                && cycle.pool.fleet().fit(shape, cycle.pool.fleet().where(node -> true), all) != null) {
            reasons.add("NODE_DOWN");
        }
        return reasons;
    }

    private Optional<String> keeper(Job job, int[] freeNow) {
        int[] least = freeNow.clone();
        for (Kept other : cycle.kept.values().stream().sorted(BY_START).toList()) {
            if (other.from() < NaiveBackfill.plus(cycle.now, cycle.length(job))) {
                int[] then = other.from() == AT_ONCE ? freeNow.clone() : cycle.freeAt(other.from());
                if (other.from() == AT_ONCE) {
                    cycle.kept.values().stream()
                            .filter(held -> held.from() == AT_ONCE)
                            .forEach(held -> held.plan().forEach(slot -> then[slot.node()] -= slot.gpus()));
                }
                NaiveBackfill.lower(least, then);
                if (cycle.fit(job, least) == null) {
                    return Optional.of(other.job().id());
                }
            }
        }
        return Optional.empty();
    }
}
