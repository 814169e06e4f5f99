package io.millrace.simulator.play;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.decision.JobDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts cycles together from the cycle's record and its decisions, which arrive on different partitions. */
final class CycleCollector {
    private static final Duration ONE_POLL = Duration.ofMillis(100);
    private static final Duration SILENCE = Duration.ofSeconds(2);

    /** A cycle with all its decisions, in the order they were made. */
    record Cycle(String pool, CycleDecided outcome, List<Wire.Answer.Decided> decisions) {}

    private record Key(String pool, long cycle) {}

    private final Wire wire;
    private final Duration patience;
    private final Map<Key, List<Wire.Answer.Decided>> decisions = new HashMap<>();

    CycleCollector(Wire wire, Duration patience) {
        this.wire = wire;
        this.patience = patience;
    }

    /**
     * Waits until each of these pools has answered the advance.
     *
     * @param whileSilent run after each fruitless poll once the scheduler has been silent for a while
     * @return one cycle a pool, in the order of the pools' names
     * @throws PlayException when an answer is missing for longer than the patience
     */
    List<Cycle> await(long advance, Collection<String> pools, Runnable whileSilent) {
        Map<String, CycleDecided> outcomes = new TreeMap<>();
        long since = System.nanoTime();
        while (!complete(outcomes, pools)) {
            List<Wire.Answer> answers = wire.poll(ONE_POLL);
            for (Wire.Answer answer : answers) {
                switch (answer) {
                    case Wire.Answer.Decided decided ->
                        decisions
                                .computeIfAbsent(keyOf(decided.decision()), key -> new ArrayList<>())
                                .add(decided);
                    case Wire.Answer.Cycled(String pool, CycleDecided outcome) -> {
                        if (outcome.getClockSequence() == advance && pools.contains(pool)) {
                            outcomes.put(pool, outcome);
                        }
                    }
                }
            }
            long silentNanos = System.nanoTime() - since;
            if (!answers.isEmpty()) {
                since = System.nanoTime();
            } else if (silentNanos >= patience.toNanos()) {
                throw new PlayException("The scheduler has not answered advance " + advance + " of the clock for pools "
                        + pools + " within " + patience.toSeconds()
                        + " s. Look at its log (millrace logs scheduler) and its health (millrace status).");
            } else if (silentNanos >= SILENCE.toNanos()) {
                whileSilent.run();
            }
        }
        List<Cycle> cycles = new ArrayList<>();
        outcomes.forEach((pool, outcome) -> {
            List<Wire.Answer.Decided> made = decisions.remove(new Key(pool, outcome.getCycle()));
            List<Wire.Answer.Decided> ordered = made == null ? new ArrayList<>() : made;
            ordered.sort(Comparator.comparing(decided -> decided.decision().getEventId()));
            cycles.add(new Cycle(pool, outcome, ordered));
        });
        return cycles;
    }

    private static Key keyOf(JobDecision decision) {
        return new Key(decision.getPool(), decision.getCycle());
    }

    private boolean complete(Map<String, CycleDecided> outcomes, Collection<String> pools) {
        if (outcomes.size() < pools.size()) {
            return false;
        }
        for (Map.Entry<String, CycleDecided> entry : outcomes.entrySet()) {
            CycleDecided outcome = entry.getValue();
            if (decisions
                            .getOrDefault(new Key(entry.getKey(), outcome.getCycle()), List.of())
                            .size()
                    < outcome.getDecisions()) {
                return false;
            }
        }
        return true;
    }
}
