package io.millrace.cost.domain.budget;

import io.millrace.streams.decider.Decider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Lets jobs in while there is money for the most they may cost, at every level, and says when budgets run out. What is
 * spent and what is kept never exceed a limit by letting a job in; a job that costs more than it asked for may.
 */
public final class BudgetDecider implements Decider<BudgetBook, BudgetInput, BudgetEvent> {

    @Override
    public BudgetBook initialState() {
        return new BudgetBook();
    }

    @Override
    public BudgetBook evolve(BudgetBook book, BudgetInput input) {
        book.take(input);
        return book;
    }

    @Override
    public BudgetBook evolveDecided(BudgetBook book, BudgetEvent event) {
        switch (event) {
            case BudgetEvent.Answer answer -> book.answer(answer);
            case BudgetEvent.Released released -> book.release(released.job());
            case BudgetEvent.ThresholdCrossed crossed ->
                book.account(crossed.budget()).cross(crossed.threshold());
            case BudgetEvent.SpendSpiked spiked -> book.account(spiked.budget()).spike(spiked.day());
            case BudgetEvent.StopAsked stop -> {} // the job's end will be heard of
        }
        return book;
    }

    @Override
    public Iterator<BudgetEvent> decide(BudgetBook book, BudgetInput input) {
        return switch (input) {
            case BudgetInput.BudgetSet set ->
                thresholds(book.account(set.budget().id()), book, set.at()).iterator();
            case BudgetInput.ReservationAsked asked ->
                book.answered(asked.job())
                        ? Collections.emptyIterator()
                        : answer(book, asked).iterator();
            case BudgetInput.Spent spent -> spent(book, spent).iterator();
            case BudgetInput.JobEnded end -> released(book, end.job(), end.at()).iterator();
        };
    }

    private static List<BudgetEvent> answer(BudgetBook book, BudgetInput.ReservationAsked asked) {
        List<BudgetAccount> covering = book.covering(asked.scope(), asked.at());
        if (covering.isEmpty()) {
            return List.of(new BudgetEvent.NoBudget(asked.job(), asked.at()));
        }
        BudgetAccount shortest = null;
        long missing = 0;
        for (BudgetAccount account : covering) {
            long here = account.missing(asked.micros(), asked.critical());
            if (here > missing) {
                shortest = account;
                missing = here;
            }
        }
        if (shortest != null) {
            return List.of(
                    new BudgetEvent.Refused(asked.job(), shortest.budget().scope(), missing, asked.at()));
        }
        List<BudgetEvent> events = new ArrayList<>();
        events.add(new BudgetEvent.Reserved(
                asked.job(),
                covering.stream().map(account -> account.budget().id()).toList(),
                asked.micros(),
                asked.critical(),
                asked.at()));
        long unused = book.unusedOf(asked.job(), asked.micros()); // its end was heard of first
        if (unused > 0) {
            events.add(new BudgetEvent.Released(asked.job(), unused, asked.at()));
        }
        return events;
    }

    private static List<BudgetEvent> spent(BudgetBook book, BudgetInput.Spent spent) {
        List<BudgetEvent> events = new ArrayList<>();
        long day = Math.floorDiv(spent.at(), BudgetAccount.DAY_MS) * BudgetAccount.DAY_MS;
        for (BudgetAccount account : book.covering(spent.scope(), spent.at())) {
            events.addAll(thresholds(account, book, spent.at()));
            account.spikeOver(day)
                    .ifPresent(average -> events.add(new BudgetEvent.SpendSpiked(
                            account.budget().id(), day, account.days().getOrDefault(day, 0L), average, spent.at())));
        }
        events.addAll(released(book, spent.job(), spent.at()));
        return events;
    }

    private static List<BudgetEvent> thresholds(BudgetAccount account, BudgetBook book, long at) {
        List<BudgetEvent> events = new ArrayList<>();
        Budget budget = account.budget();
        for (Threshold threshold : account.newlyReached()) {
            events.add(new BudgetEvent.ThresholdCrossed(
                    budget.id(), threshold, account.spentMicros(), budget.limitMicros(), at));
            if (threshold == Threshold.AT_95) {
                book.stoppable(budget.id()).forEach(job -> events.add(new BudgetEvent.StopAsked(job, budget.id(), at)));
            }
        }
        return events;
    }

    private static List<BudgetEvent> released(BudgetBook book, String job, long at) {
        long unused = book.unused(job);
        return unused > 0 ? List.of(new BudgetEvent.Released(job, unused, at)) : List.of();
    }
}
