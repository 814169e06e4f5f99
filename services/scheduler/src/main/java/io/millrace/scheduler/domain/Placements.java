package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.PromiseRevised;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import io.millrace.scheduler.domain.PoolEvent.StartPlanned;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the waiting jobs in a fixed order and places what fits. What doesn't fit gets its reasons.
 *
 * <p>A job held back by a quota, or one that the pool could not run with all its nodes free (queued before its nodes
 * were known), never blocks those behind it: a user must not be able to stop a pool.
 */
final class Placements extends Lookahead {

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Room room;
    private final Iterator<Job> inOrder;
    private final Iterator<String> promised;
    private @Nullable Iterator<Job> belowHead;
    private @Nullable PoolEvent next;

    Placements(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        this.room = new Room(pool, policy);
        this.promised = List.copyOf(pool.index().promised()).iterator();
        this.inOrder = policy.strictHead()
                ? new FromTheHead(pool.index().waiting())
                : List.copyOf(pool.index().waiting()).iterator();
    }

    /** Goes on behind the last job returned, whatever became of it: no copy of a queue of which only the head matters. */
    private static final class FromTheHead implements Iterator<Job> {
        private final NavigableSet<Job> queue;
        private @Nullable Job last;

        FromTheHead(NavigableSet<Job> queue) {
            this.queue = queue;
        }

        @Override
        public boolean hasNext() {
            return last == null ? !queue.isEmpty() : queue.higher(last) != null;
        }

        @Override
        public Job next() {
            Job next = last == null ? queue.first() : queue.higher(last);
            if (next == null) {
                throw new NoSuchElementException();
            }
            last = next;
            return next;
        }
    }

    @Override
    @Nullable
    PoolEvent find() {
        if (next != null) {
            PoolEvent event = next;
            next = null;
            return event;
        }
        if (promised.hasNext()) {
            return breakPromise(pool.job(promised.next()));
        }
        while (belowHead == null) {
            if (!inOrder.hasNext()) {
                return null;
            }
            PoolEvent event = consider(pool.job(inOrder.next().id()));
            if (event != null) {
                return event;
            }
        }
        while (belowHead.hasNext()) {
            Job job = pool.job(belowHead.next().id());
            if (!job.reasons().equals(JobIndex.BELOW_HEAD)) {
                return new ReasonsChanged(job.id(), JobIndex.BELOW_HEAD);
            }
        }
        return null;
    }

    /** Under this policy nothing is kept for anybody: what another one promised ends with it. */
    private PoolEvent breakPromise(Job job) {
        Promise promise = job.promise();
        StartPlanned none = new StartPlanned(job.id(), null);
        if (promise == null || promise.startBy() == null) {
            return none;
        }
        next = none;
        return new PromiseRevised(job.id(), promise.startBy(), null, RevisionCause.POLICY_CHANGED);
    }

    private @Nullable PoolEvent consider(Job job) {
        JobRequest request = job.request();
        List<Slot> slots = room.fit(request.shape());
        // A remainder on a whole node counts with all it holds.
        Set<PendingReason> quotas = room.quotas(request, slots == null ? request.gpus() : Room.count(slots), 0, 0);
        if (slots != null && quotas.isEmpty()) {
            return place(job, slots);
        }
        Set<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        reasons.addAll(quotas);
        reasons.addAll(room.misfit(request.shape()));
        if (policy.strictHead() && quotas.isEmpty() && room.mayEverFit(request.shape())) {
            belowHead =
                    List.copyOf(pool.index().unsettled().tailSet(job, false)).iterator();
        }
        return reasons.equals(job.reasons()) ? null : new ReasonsChanged(job.id(), reasons);
    }

    /** A job that is placed first loses the reasons it waited for. */
    private PoolEvent place(Job job, List<Slot> slots) {
        JobPlaced placed = room.placed(job, slots, null);
        if (job.reasons().isEmpty()) {
            return placed;
        }
        next = placed;
        return new ReasonsChanged(job.id(), EnumSet.noneOf(PendingReason.class));
    }
}
