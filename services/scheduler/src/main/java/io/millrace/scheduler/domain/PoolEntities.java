package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Member.Team;
import io.millrace.scheduler.domain.Member.User;
import io.millrace.scheduler.domain.PoolEntity.AccountEntity;
import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.HeardEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.scheduler.domain.PoolEntity.LengthsEntity;
import io.millrace.scheduler.domain.PoolEntity.MemberEntity;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import io.millrace.scheduler.domain.PoolEntity.WorkEntity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pool's entities, and the indexes kept beside them. Entities are the truth; indexes are caches that {@link #load}
 * rebuilds. Remembers what changed, for the store.
 */
final class PoolEntities {

    private final Map<String, Job> jobs = new HashMap<>();
    private final Map<String, WorkEntity> works = new HashMap<>();
    private final TreeMap<String, DuplicateEntity> duplicates = new TreeMap<>();
    private final TreeMap<String, StaleEntity> stale = new TreeMap<>();
    private @Nullable PolicyEntity policy;
    private final TreeMap<String, Team> teams = new TreeMap<>();
    private final TreeMap<String, User> users = new TreeMap<>();
    private final TreeMap<String, UserAccount> accounts = new TreeMap<>();
    private final Map<RunLengths.Of, RunLengths> lengths = new HashMap<>();
    private HeaderEntity header = HeaderEntity.FIRST;

    private final JobIndex index = new JobIndex();
    private final Fleet fleet = new Fleet();
    private final NodeWatch watch = new NodeWatch();

    /** Keys of entities changed since the last {@link #takeChanges}, jobs apart; a null value: removed. */
    private Map<String, @Nullable PoolEntity> changes = new LinkedHashMap<>();

    /** Ids of jobs changed since then. */
    private final Set<String> changedJobs = new LinkedHashSet<>();

    /** Users whose usage changed since the last {@link #takeUsageChanges}. */
    private final Map<String, UserAccount> usageChanges = new TreeMap<>();

    /** Accounts whose usage changed since the last call, in a fixed order. */
    List<UserAccount> takeUsageChanges() {
        if (usageChanges.isEmpty()) {
            return List.of();
        }
        List<UserAccount> taken = List.copyOf(usageChanges.values());
        usageChanges.clear();
        return taken;
    }

    /** Everything that changed since the last call, by key; a null value: the entity is gone. */
    Map<String, @Nullable PoolEntity> takeChanges() {
        Map<String, @Nullable PoolEntity> taken = changes;
        changes = new LinkedHashMap<>();
        for (String jobId : changedJobs) {
            Job job = jobs.get(jobId);
            taken.put(PoolEntity.jobKey(jobId), job == null ? null : new JobEntity(job));
        }
        changedJobs.clear();
        return taken;
    }

    /** Takes in stored entities; the indexes are made from them. */
    void load(Collection<PoolEntity> entities) {
        for (PoolEntity entity : entities) {
            switch (entity) {
                case JobEntity(Job job) -> jobs.put(job.id(), job);
                case WorkEntity work -> works.put(work.jobId(), work);
                case NodeEntity(Node node) -> fleet.put(node);
                case HeardEntity(String nodeId, long observed) -> watch.heard(nodeId, observed);
                case DuplicateEntity duplicate -> duplicates.put(duplicate.key(), duplicate);
                case StaleEntity attempt -> stale.put(attempt.key(), attempt);
                case MemberEntity(Team team) -> teams.put(team.name(), team);
                case MemberEntity(User user) -> users.put(user.name(), user);
                case AccountEntity(UserAccount account) -> accounts.put(entity.key(), account);
                case LengthsEntity(RunLengths last) -> lengths.put(last.of(), last);
                case PolicyEntity inForce -> policy = inForce;
                case HeaderEntity restored -> header = restored;
            }
        }
        index.rebuild(jobs.values(), policy == null ? null : policy.policy());
        watch.rebuild(fleet.nodes(), policy == null ? null : policy.policy());
        for (String jobId : index.active()) {
            Attempt attempt = jobs.get(jobId) instanceof Job job ? job.active() : null;
            if (attempt != null) {
                attempt.shares().forEach(fleet::hold);
            }
        }
    }

    /** What a pool is made of that has only these of the jobs that wait, none that ended, and a policy. */
    List<PoolEntity> with(Collection<Job> waiting, SchedulingPolicy inForce) {
        List<PoolEntity> made = new ArrayList<>();
        made.add(header);
        made.add(new PolicyEntity(inForce, "", ""));
        fleet.nodes().forEach(node -> made.add(new NodeEntity(node)));
        teams.values().forEach(team -> made.add(new MemberEntity(team)));
        users.values().forEach(user -> made.add(new MemberEntity(user)));
        accounts.values().forEach(account -> made.add(new AccountEntity(account)));
        lengths.values().forEach(last -> made.add(new LengthsEntity(last)));
        waiting.forEach(job -> made.add(new JobEntity(job)));
        index.active().forEach(jobId -> made.add(new JobEntity(Objects.requireNonNull(jobs.get(jobId)))));
        return made;
    }

    void put(Job job) {
        Job before = jobs.put(job.id(), job);
        Attempt held = before == null ? null : before.active();
        Attempt holds = job.active();
        if (held == null || holds == null || held.number() != holds.number()) {
            if (held != null) {
                held.shares().forEach(fleet::release);
            }
            if (holds != null) {
                holds.shares().forEach(fleet::hold);
            }
        }
        index.replace(before, job);
        changedJobs.add(job.id());
    }

    void remove(Job job) {
        jobs.remove(job.id());
        index.remove(job);
        changedJobs.add(job.id());
    }

    void put(WorkEntity work) {
        works.put(work.jobId(), work);
        changes.put(work.key(), work);
    }

    /** Nothing is to be run for the job any more. */
    void removeWork(String jobId) {
        WorkEntity gone = works.remove(jobId);
        if (gone != null) {
            changes.put(gone.key(), null);
        }
    }

    @Nullable
    WorkEntity work(String jobId) {
        return works.get(jobId);
    }

    void put(Node node) {
        fleet.put(node);
        watch.put(node);
        PoolEntity entity = new NodeEntity(node);
        changes.put(entity.key(), entity);
    }

    /** The node was heard of, or must be from now on. */
    void putHeard(String nodeId, long observed) {
        watch.heard(nodeId, observed);
        PoolEntity entity = new HeardEntity(nodeId, observed);
        changes.put(entity.key(), entity);
    }

    /** The node may be silent. */
    void removeHeard(String nodeId) {
        if (watch.forget(nodeId)) {
            changes.put(PoolEntity.heardKey(nodeId), null);
        }
    }

    NodeWatch watch() {
        return watch;
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

    void put(Member member) {
        switch (member) {
            case Team team -> teams.put(team.name(), team);
            case User user -> users.put(user.name(), user);
        }
        PoolEntity entity = new MemberEntity(member);
        changes.put(entity.key(), entity);
    }

    void put(UserAccount account) {
        PoolEntity entity = new AccountEntity(account);
        UserAccount before = accounts.put(entity.key(), account);
        changes.put(entity.key(), entity);
        if (!account.usage().equals(before == null ? UsageAccount.EMPTY : before.usage())) {
            usageChanges.put(entity.key(), account);
        }
    }

    void put(RunLengths last) {
        PoolEntity entity = new LengthsEntity(last);
        lengths.put(last.of(), last);
        changes.put(entity.key(), entity);
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
        watch.rebuild(fleet.nodes(), next.policy());
    }

    @Nullable
    Job job(String jobId) {
        return jobs.get(jobId);
    }

    Collection<Job> jobs() {
        return jobs.values();
    }

    /** What the organisation says of its teams, by name. */
    SortedMap<String, Team> teams() {
        return teams;
    }

    @Nullable
    User user(String name) {
        return users.get(name);
    }

    /** In a fixed order. */
    Collection<UserAccount> accounts() {
        return accounts.values();
    }

    UserAccount account(String team, String user) {
        UserAccount known = accounts.get(PoolEntity.accountKey(team, user));
        return known == null ? UserAccount.empty(team, user) : known;
    }

    @Nullable
    RunLengths lengths(RunLengths.Of whose) {
        return lengths.get(whose);
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

    Fleet fleet() {
        return fleet;
    }
}
