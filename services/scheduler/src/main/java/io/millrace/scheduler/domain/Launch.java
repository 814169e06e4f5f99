package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.Checkpoint;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What agents need to know to run an attempt, beside its GPUs.
 *
 * @param work null for a job that only holds its GPUs
 * @param resume newest checkpoint of the job; null when there is none
 * @param addresses of the attempt's nodes, by node id; of those that said one
 */
public record Launch(@Nullable Work work, @Nullable Checkpoint resume, SortedMap<String, String> addresses) {

    static Launch of(Pool pool, Job job, List<NodeShare> shares) {
        SortedMap<String, String> addresses = new TreeMap<>();
        for (NodeShare share : shares) {
            String address = pool.node(share.nodeId()).address();
            if (address != null) {
                addresses.put(share.nodeId(), address);
            }
        }
        return new Launch(pool.work(job.id()), job.checkpoint(), addresses);
    }
}
