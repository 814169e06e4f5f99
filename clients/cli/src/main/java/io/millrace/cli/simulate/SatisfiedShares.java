package io.millrace.cli.simulate;

import io.millrace.cli.simulate.TraceSimulation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How evenly teams got what they could claim. At each instant a team can claim the GPUs it asks for, up to its share; it
 * is satisfied as far as it holds them. A team's satisfaction is the GPU time it held of what it could claim, and Jain's
 * index over all teams, (Σx)² / (n Σx²), is 1 when all are satisfied alike.
 */
final class SatisfiedShares {

    private record Change(long at, long wanted, long held) {}

    private SatisfiedShares() {}

    /** @param teamShares in GPUs; a team that is not named may claim all of the cluster's */
    static double jain(List<Outcome> outcomes, Map<String, Integer> teamShares, long clusterGpus) {
        Map<String, List<Change>> byTeam = new TreeMap<>();
        for (Outcome outcome : outcomes) {
            List<Change> changes = byTeam.computeIfAbsent(outcome.job().team(), team -> new ArrayList<>());
            int gpus = outcome.job().gpus();
            changes.add(new Change(outcome.job().submitMs(), gpus, 0));
            changes.add(new Change(SimulationReport.start(outcome), 0, gpus));
            changes.add(new Change(SimulationReport.end(outcome), -gpus, -gpus));
        }
        double sum = 0;
        double squares = 0;
        for (Map.Entry<String, List<Change>> team : byTeam.entrySet()) {
            Integer share = teamShares.get(team.getKey());
            double satisfied = satisfied(team.getValue(), share == null ? clusterGpus : share);
            sum += satisfied;
            squares += satisfied * satisfied;
        }
        return squares == 0 ? 1 : sum * sum / (byTeam.size() * squares);
    }

    private static double satisfied(List<Change> changes, long share) {
        changes.sort(Comparator.comparingLong(Change::at));
        double claimed = 0;
        double got = 0;
        long wanted = 0;
        long held = 0;
        long since = changes.getFirst().at();
        for (Change change : changes) {
            long claim = Math.min(wanted, share);
            claimed += (double) claim * (change.at() - since);
            got += (double) Math.min(held, claim) * (change.at() - since);
            since = change.at();
            wanted += change.wanted();
            held += change.held();
        }
        return claimed == 0 ? 1 : got / claimed;
    }
}
