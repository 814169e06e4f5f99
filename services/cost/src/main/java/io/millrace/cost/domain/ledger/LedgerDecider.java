package io.millrace.cost.domain.ledger;

import io.millrace.streams.decider.Decider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Says what the GPUs of one node cost: at the first tick after an hour, what each line of it costs, and at a tick after
 * something was heard late, by how much lines differ from what was said. However late, often and disordered things are
 * heard of, all that is said adds up to the same.
 */
public final class LedgerDecider implements Decider<NodeLedger, LedgerInput, CostEvent> {

    private final String node;

    public LedgerDecider(String node) {
        this.node = node;
    }

    @Override
    public NodeLedger initialState() {
        return new NodeLedger(node);
    }

    @Override
    public NodeLedger evolve(NodeLedger ledger, LedgerInput input) {
        ledger.take(input);
        return ledger;
    }

    @Override
    public NodeLedger evolveDecided(NodeLedger ledger, CostEvent event) {
        ledger.say(event);
        return ledger;
    }

    @Override
    public Iterator<CostEvent> decide(NodeLedger ledger, LedgerInput input) {
        if (!(input instanceof LedgerInput.Tick)) {
            return Collections.emptyIterator();
        }
        List<CostEvent> events = new ArrayList<>();
        ledger.unsettled().forEach((key, amount) -> {
            NodeLedger.Said said = ledger.said(key);
            if (said == null) {
                events.add(new CostEvent.CostAccrued(key, amount, ledger.now()));
            } else if (!said.amount().equals(amount)) {
                Amount difference = amount.minus(said.amount());
                events.add(new CostEvent.CostCorrected(key, difference, cause(difference), said.times(), ledger.now()));
            }
        });
        return events.iterator();
    }

    private static CostEvent.Cause cause(Amount difference) {
        if (difference.gpuMs() != 0) {
            return CostEvent.Cause.LATE_EVENT;
        }
        return difference.exact() != 0 || difference.unpricedGpuMs() != 0
                ? CostEvent.Cause.PRICE_RESTATED
                : CostEvent.Cause.ROUNDING;
    }
}
