package io.millrace.cost.domain.budget;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** All budgets of an organization, what was spent of them, and what is kept for whom. Not thread safe. */
public final class BudgetBook {

    /** What is kept for a job. */
    private static final class Reservation {
        private final boolean critical;
        /** What it hasn't spent yet, in micro-dollars, by budget. */
        private final TreeMap<String, Long> left = new TreeMap<>();

        Reservation(boolean critical) {
            this.critical = critical;
        }
    }

    private final TreeMap<String, BudgetAccount> accounts = new TreeMap<>();
    private final TreeMap<String, Reservation> reservations = new TreeMap<>();
    private final TreeMap<String, Long> spentBy = new TreeMap<>();
    private final TreeMap<String, BudgetInput.JobEnded> ended = new TreeMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Set<String> answered = new HashSet<>();

    /** Budgets with what became of them, by id. */
    public SortedMap<String, BudgetAccount> accounts() {
        return Collections.unmodifiableSortedMap(accounts);
    }

    BudgetAccount account(String id) {
        BudgetAccount account = accounts.get(id);
        if (account == null) {
            throw new IllegalArgumentException("there is no budget " + id);
        }
        return account;
    }

    void take(BudgetInput input) {
        switch (input) {
            case BudgetInput.BudgetSet set -> {
                if (seen.add(set.eventId())) {
                    set(set.budget());
                }
            }
            case BudgetInput.Spent spent -> {
                if (seen.add(spent.eventId())) {
                    spend(spent);
                }
            }
            case BudgetInput.JobEnded end -> ended.putIfAbsent(end.job(), end);
            case BudgetInput.ReservationAsked asked -> {} // what it is answered changes something
        }
    }

    private void set(Budget budget) {
        BudgetAccount account = accounts.get(budget.id());
        if (account == null) {
            accounts.put(budget.id(), new BudgetAccount(budget));
        } else {
            account.change(budget);
        }
    }

    private void spend(BudgetInput.Spent spent) {
        if (!spent.job().isEmpty()) {
            spentBy.merge(spent.job(), spent.micros(), Math::addExact);
        }
        Reservation reservation = reservations.get(spent.job());
        for (BudgetAccount account : covering(spent.scope(), spent.at())) {
            account.spend(spent.micros(), spent.at());
            if (reservation != null && spent.micros() > 0) {
                take(reservation, account, spent.micros());
            }
        }
        if (reservation != null && ended.containsKey(spent.job())) {
            forgetIfNothingIsLeft(spent.job(), reservation);
        }
    }

    private void forgetIfNothingIsLeft(String job, Reservation reservation) {
        if (reservation.left.values().stream().allMatch(left -> left == 0)) {
            reservations.remove(job);
        }
    }

    /** Takes from what is kept, as far as it goes. */
    private static void take(Reservation reservation, BudgetAccount account, long micros) {
        long left = reservation.left.getOrDefault(account.budget().id(), 0L);
        long taken = Math.min(left, micros);
        if (taken > 0) {
            reservation.left.put(account.budget().id(), left - taken);
            account.reserve(-taken);
        }
    }

    /** Budgets of a scope and of all it is part of, at an instant; the widest first. */
    List<BudgetAccount> covering(Scope scope, long at) {
        List<BudgetAccount> covering = new ArrayList<>();
        for (Scope level : scope.levels()) {
            for (BudgetAccount account : accounts.values()) {
                if (account.budget().scope().equals(level) && account.budget().covers(at)) {
                    covering.add(account);
                }
            }
        }
        return covering;
    }

    boolean answered(String job) {
        return answered.contains(job);
    }

    void answer(BudgetEvent.Answer answer) {
        answered.add(answer.job());
        if (answer instanceof BudgetEvent.Reserved reserved) {
            Reservation reservation = new Reservation(reserved.critical());
            for (String id : reserved.budgets()) {
                account(id).reserve(reserved.micros());
                reservation.left.put(id, reserved.micros());
            }
            reservations.put(reserved.job(), reservation);
        }
    }

    /** What is kept for a job that is over and won't be needed, in micro-dollars; 0 for one that isn't over. */
    long unused(String job) {
        Reservation reservation = reservations.get(job);
        return reservation == null
                ? 0
                : unusedOf(
                        job,
                        reservation.left.values().stream()
                                .mapToLong(Long::longValue)
                                .max()
                                .orElse(0));
    }

    /** How much of an amount a job that is over won't need; 0 for one that isn't over. */
    long unusedOf(String job, long micros) {
        BudgetInput.JobEnded end = ended.get(job);
        return end == null ? 0 : Math.max(0, micros - yetToCome(end));
    }

    private long yetToCome(BudgetInput.JobEnded end) {
        return Math.max(0, Math.subtractExact(end.costMicros(), spentBy.getOrDefault(end.job(), 0L)));
    }

    /** Gives back what a job that is over won't need. */
    void release(String job) {
        BudgetInput.JobEnded end = ended.get(job);
        Reservation reservation = reservations.get(job);
        if (end == null || reservation == null) {
            return;
        }
        long needed = yetToCome(end);
        reservation.left.replaceAll((id, left) -> {
            long kept = Math.min(left, needed);
            account(id).reserve(kept - left);
            return kept;
        });
        forgetIfNothingIsLeft(job, reservation);
    }

    /** Jobs with money of a budget that are not critical and not over. */
    List<String> stoppable(String budget) {
        List<String> jobs = new ArrayList<>();
        reservations.forEach((job, reservation) -> {
            if (!reservation.critical && reservation.left.containsKey(budget) && !ended.containsKey(job)) {
                jobs.add(job);
            }
        });
        return jobs;
    }
}
