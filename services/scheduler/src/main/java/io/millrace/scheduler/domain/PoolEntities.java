package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pool's entities, and the indexes kept beside them. Entities are the truth; indexes are caches that {@link #load}
 * rebuilds. Remembers what changed, for the store.
 */
final class PoolEntities {

    private final Map<String, Job> jobs = new HashMap<>();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final TreeMap<String, DuplicateEntity> duplicates = new TreeMap<>();
    private final TreeMap<String, StaleEntity> stale = new TreeMap<>();
    private @Nullable PolicyEntity policy;
    private HeaderEntity header = new HeaderEntity(0, 0, 0, 0, false, null);

    private final JobIndex index = new JobIndex();
    private final Gpus gpus = new Gpus();

    /** Keys of entities changed since the last {@link #takeChanges}; a null value: removed. */
    private final Map<String, @Nullable PoolEntity> changes = new TreeMap<>();

    /** Everything that changed since the last call, by key; a null value: the entity is gone. */
    Map<String, @Nullable PoolEntity> takeChanges() {
        Map<String, @Nullable PoolEntity> taken = new TreeMap<>(changes);
        changes.clear();
        return taken;
    }

    /** Takes in stored entities; the indexes are made from them. */
    void load(Collection<PoolEntity> entities) {
        for (PoolEntity entity : entities) {
            switch (entity) {
                case JobEntity(Job job) -> jobs.put(job.id(), job);
                case NodeEntity(Node node) -> nodes.put(node.id(), node);
                case DuplicateEntity duplicate -> duplicates.put(duplicate.key(), duplicate);
                case StaleEntity attempt -> stale.put(attempt.key(), attempt);
                case PolicyEntity inForce -> policy = inForce;
                case HeaderEntity restored -> header = restored;
            }
        }
        index.rebuild(jobs.values(), policy == null ? null : policy.policy());
        for (String jobId : index.active()) {
            Attempt attempt = jobs.get(jobId) instanceof Job job ? job.active() : null;
            if (attempt != null) {
                attempt.shares().forEach(gpus::hold);
            }
        }
    }

    void put(Job job) {
        Job before = jobs.put(job.id(), job);
        Attempt held = before == null ? null : before.active();
        Attempt holds = job.active();
        if (held == null || holds == null || held.number() != holds.number()) {
            if (held != null) {
                held.shares().forEach(gpus::release);
            }
            if (holds != null) {
                holds.shares().forEach(gpus::hold);
            }
        }
        index.replace(before, job);
        PoolEntity entity = new JobEntity(job);
        changes.put(entity.key(), entity);
    }

    void remove(Job job) {
        jobs.remove(job.id());
        index.remove(job);
        changes.put(new JobEntity(job).key(), null);
    }

    void put(Node node) {
        nodes.put(node.id(), node);
        PoolEntity entity = new NodeEntity(node);
        changes.put(entity.key(), entity);
    }

    void put(DuplicateEntity duplicate) {
        duplicates.put(duplicate.key(), duplicate);
        changes.put(duplicate.key(), duplicate);
    }

    void remove(DuplicateEntity duplicate) {
        duplicates.remove(duplicate.key());
        changes.put(duplicate.key(), null);
    }

    void put(StaleEntity attempt) {
        stale.put(attempt.key(), attempt);
        changes.put(attempt.key(), attempt);
    }

    void remove(StaleEntity attempt) {
        stale.remove(attempt.key());
        changes.put(attempt.key(), null);
    }

    void put(HeaderEntity next) {
        if (!next.equals(header)) {
            header = next;
            changes.put(next.key(), next);
        }
    }

    /** The policy in force from now on; the queue is put in its order. */
    void put(PolicyEntity next) {
        policy = next;
        changes.put(next.key(), next);
        index.rebuild(jobs.values(), next.policy());
    }

    @Nullable
    Job job(String jobId) {
        return jobs.get(jobId);
    }

    Collection<Job> jobs() {
        return jobs.values();
    }

    @Nullable
    Node node(String nodeId) {
        return nodes.get(nodeId);
    }

    /** In ascending order of id. */
    Collection<Node> nodes() {
        return nodes.values();
    }

    /** In ascending order of key. */
    Collection<DuplicateEntity> duplicates() {
        return duplicates.values();
    }

    /** In ascending order of key. */
    Collection<StaleEntity> stale() {
        return stale.values();
    }

    @Nullable
    PolicyEntity policy() {
        return policy;
    }

    HeaderEntity header() {
        return header;
    }

    JobIndex index() {
        return index;
    }

    Gpus gpus() {
        return gpus;
    }
}
