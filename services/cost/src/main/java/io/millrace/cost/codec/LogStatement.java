package io.millrace.cost.codec;

import io.millrace.cost.domain.ledger.CostEvent;
import io.millrace.cost.domain.ledger.LedgerDecider;
import io.millrace.cost.domain.ledger.LedgerInput;
import io.millrace.cost.domain.ledger.NodeLedger;
import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.statement.Period;
import io.millrace.cost.domain.statement.Statement;
import io.millrace.cost.domain.statement.StatementBook;
import io.millrace.cost.domain.statement.StatementInput;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeEvent;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** What the log says GPUs cost, and whom, by one list of prices: each node's ledger, made anew from what was read. */
public final class LogStatement {

    private static final Comparator<StatementInput.JobTagged> FIRST =
            Comparator.comparingLong(StatementInput.JobTagged::at).thenComparing(StatementInput.JobTagged::eventId);

    private record Ledger(LedgerDecider decider, NodeLedger state) {}

    private final List<Price> prices;
    private final UsageCodec codec;
    private final TreeMap<String, Ledger> ledgers = new TreeMap<>();
    private final Map<String, StatementInput.JobTagged> tags = new TreeMap<>();
    private long oldest = Long.MAX_VALUE;
    private long newest = Long.MIN_VALUE;

    public LogStatement(PricesDocument prices) {
        this.prices = prices.prices();
        this.codec = new UsageCodec(prices::option);
    }

    public void node(String node, NodeEvent event) {
        seen(event.getOccurredAt().toEpochMilli());
        take(codec.node(node, event));
    }

    public void decided(String job, JobDecision event) {
        seen(event.getOccurredAt().toEpochMilli());
        take(codec.decided(job, event));
    }

    public void attempted(String job, AttemptEvent event) {
        seen(event.getOccurredAt().toEpochMilli());
        take(codec.attempted(job, event));
    }

    public void submitted(String job, JobEvent event) {
        StatementInput.JobTagged tagged = codec.tagged(job, event);
        if (tagged != null) {
            // Of several submissions under a name the first is the job.
            tags.merge(job, tagged, BinaryOperator.minBy(FIRST));
        }
    }

    /** Time of the oldest thing that was read; ms. */
    public long oldest() {
        return oldest;
    }

    /** Time of the newest thing that was read; ms. */
    public long newest() {
        return newest;
    }

    private void seen(long at) {
        oldest = Math.min(oldest, at);
        newest = Math.max(newest, at);
    }

    private void take(List<UsageCodec.OfNode> inputs) {
        for (UsageCodec.OfNode input : inputs) {
            Ledger ledger = ledgers.computeIfAbsent(input.node(), node -> {
                LedgerDecider decider = new LedgerDecider(node);
                NodeLedger state = decider.initialState();
                for (Price price : prices) {
                    state = decider.evolve(state, new LedgerInput.PricePublished(price));
                }
                return new Ledger(decider, state);
            });
            ledger.decider().evolve(ledger.state(), input.input());
        }
    }

    /**
     * What a period cost; what still runs, until its end.
     *
     * @param from its beginning, put down to a full hour; ms
     * @param to its end, which is not part of it; ms
     */
    public Statement statement(long from, long to) {
        long begin = Math.floorDiv(from, NodeLedger.HOUR_MS) * NodeLedger.HOUR_MS;
        StatementBook book = new StatementBook();
        tags.values().forEach(book::take);
        ledgers.forEach((node, ledger) -> ledger.state()
                .lines(begin, to, to)
                .forEach((key, amount) ->
                        book.take(new StatementInput.CostSaid(new CostEvent.CostAccrued(key, amount, to)))));
        return book.statement(new Period(begin, to), to);
    }
}
