package io.millrace.cost.domain.ledger;

import io.millrace.cost.domain.ledger.NodeHistory.Held;
import io.millrace.cost.domain.ledger.NodeHistory.Span;
import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceBook;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PricePiece;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the GPUs of one node cost and whom. Lines follow from the set of what was heard, so that what comes late, twice or
 * in disorder gives the same lines. Those of an hour add up to what the node costs in it: a GPU is held by jobs or idle,
 * and rounding is shared out. Not thread safe.
 */
public final class NodeLedger {

    public static final long HOUR_MS = 3_600_000;

    /** What was said of a line so far. */
    record Said(Amount amount, int times) {}

    private final String node;
    private final NodeHistory history = new NodeHistory();
    private final PriceBook prices = new PriceBook();
    private final TreeMap<LineKey, Said> said = new TreeMap<>();
    private long now = Long.MIN_VALUE;
    private long settledTo = Long.MIN_VALUE;
    private long unsettledFrom = NodeHistory.OPEN;
    private long changedFrom = NodeHistory.OPEN;

    NodeLedger(String node) {
        this.node = node;
    }

    void take(LedgerInput input) {
        switch (input) {
            case LedgerInput.NodeUp up -> changed(history.up(up), up.at());
            case LedgerInput.NodeDown down -> changed(history.down(down), down.at());
            case LedgerInput.AttemptStarted started -> changed(history.started(started), started.at());
            case LedgerInput.AttemptEnded ended -> changed(history.ended(ended), ended.at());
            case LedgerInput.PricePublished(Price price) ->
                changed(prices.publish(price) && price.publishedAt() <= now, price.effectiveAt());
            case LedgerInput.Tick(long at) -> {
                if (at > now) {
                    prices.changedFrom(now, at).ifPresent(from -> changed(true, from));
                    now = at;
                }
                unsettledFrom = Math.min(settledTo, changedFrom);
                settledTo = Math.floorDiv(now, HOUR_MS) * HOUR_MS;
                changedFrom = NodeHistory.OPEN;
            }
        }
    }

    private void changed(boolean really, long from) {
        if (really) {
            changedFrom = Math.min(changedFrom, from);
        }
    }

    void say(CostEvent event) {
        said.merge(
                event.of(),
                new Said(event.amount(), 1),
                (before, next) -> new Said(before.amount().plus(next.amount()), before.times() + 1));
    }

    @Nullable
    Said said(LineKey key) {
        return said.get(key);
    }

    /** Time as last heard. */
    long now() {
        return now;
    }

    /** Lines to be looked at at this tick: those of hours that are over and were not looked at, or changed since. */
    SortedMap<LineKey, Amount> unsettled() {
        TreeMap<LineKey, Amount> lines = new TreeMap<>();
        if (unsettledFrom < settledTo) {
            long from = Math.max(history.begin(), unsettledFrom);
            lines.putAll(lines(Math.floorDiv(from, HOUR_MS) * HOUR_MS, settledTo, now));
            // What was said of a line that is gone is to be taken back.
            for (LineKey key : said.keySet()) {
                if (key.hour() + HOUR_MS > unsettledFrom) {
                    lines.putIfAbsent(key, Amount.ZERO);
                }
            }
        }
        return lines;
    }

    /**
     * What the node costs between two instants, as far as is known: what runs goes on. Each clock hour, or the part of it
     * that lies between them, is rounded by itself.
     *
     * @param asOf prices published later are not seen; ms
     */
    public SortedMap<LineKey, Amount> lines(long from, long to, long asOf) {
        TreeMap<LineKey, Amount> lines = new TreeMap<>();
        long begin = Math.max(from, history.begin());
        while (begin < to) {
            long hour = Math.floorDiv(begin, HOUR_MS) * HOUR_MS;
            long end = Math.min(to, hour + HOUR_MS);
            lines.putAll(hour(hour, begin, end, asOf));
            begin = end;
        }
        return Collections.unmodifiableSortedMap(lines);
    }

    private TreeMap<LineKey, Amount> hour(long hour, long from, long to, long asOf) {
        TreeMap<LineKey, Amount> lines = new TreeMap<>();
        List<Held> held = history.held(from, to);
        for (Held one : held) {
            add(lines, hour, new Holder.Job(one.job()), one.span(), asOf);
        }
        for (Span up : history.ups(from, to)) {
            for (Span free : free(up, held)) {
                add(lines, hour, Holder.IDLE, free, asOf);
            }
        }
        long[] micros = LargestRemainder.split(
                lines.values().stream().mapToLong(Amount::exact).toArray(), Amount.EXACT_PER_MICRO);
        int i = 0;
        for (var line : lines.entrySet()) {
            line.setValue(line.getValue().rounded(micros[i++]));
        }
        return lines;
    }

    /** When GPUs of a node that is up are held by nobody; one that is held twice makes no other free. */
    private static List<Span> free(Span up, List<Held> held) {
        TreeSet<Long> cuts = new TreeSet<>(List.of(up.from(), up.to()));
        for (Held one : held) {
            cuts.add(Math.clamp(one.span().from(), up.from(), up.to()));
            cuts.add(Math.clamp(one.span().to(), up.from(), up.to()));
        }
        List<Span> free = new ArrayList<>();
        long begin = up.from();
        for (long end : cuts.tailSet(up.from(), false)) {
            int gpus = up.gpus();
            for (Held one : held) {
                if (one.span().meets(begin, end)) {
                    gpus -= one.span().gpus();
                }
            }
            if (gpus > 0) {
                free.add(new Span(begin, end, gpus, up.price()));
            }
            begin = end;
        }
        return free;
    }

    private void add(TreeMap<LineKey, Amount> lines, long hour, Holder holder, Span span, long asOf) {
        PriceKey key = span.price();
        for (PricePiece piece : prices.pieces(key, span.from(), span.to(), asOf)) {
            long gpuMs = Math.multiplyExact(piece.ms(), span.gpus());
            Price price = piece.price();
            Amount amount = price == null
                    ? new Amount(gpuMs, gpuMs, 0, 0)
                    : new Amount(gpuMs, 0, Math.multiplyExact(gpuMs, price.microsPerGpuHour()), 0);
            lines.merge(new LineKey(hour, node, holder, key), amount, Amount::plus);
        }
    }
}
