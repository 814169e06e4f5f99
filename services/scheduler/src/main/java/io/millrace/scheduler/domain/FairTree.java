package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Member.Team;
import io.millrace.scheduler.domain.Member.User;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Slurm's Fair Tree over organisation, teams and users. Siblings are sorted by their level factor, shares over usage,
 * each as a part of its siblings' sum; the users of a team with the larger factor all come before those of one with a
 * smaller. A user's factor is its rank over the number of users: 1 for the first. Teams of the same factor are one
 * team as far as their users are ranked, and users of the same factor have the same rank.
 *
 * @see <a href="https://slurm.schedmd.com/fair_tree.html">Fair Tree Fairshare Algorithm</a>
 */
final class FairTree {

    private record Association(String team, String user) {}

    /** A team or a user among its siblings. */
    record Sibling(String name, long shares, double usage) {}

    private final Map<Association, Double> factors = new HashMap<>();

    private FairTree() {}

    /** Ranks all users who have an account or a waiting job. */
    static FairTree of(Pool pool, long now) {
        Map<String, Map<String, Double>> usage = new TreeMap<>();
        for (UserAccount account : pool.accounts()) {
            usage.computeIfAbsent(account.team(), team -> new TreeMap<>())
                    .put(account.user(), Math.max(0, account.usage().decayedGpuSeconds(now)));
        }
        for (Lanes.LaneJobs open : pool.index().lanes().all()) {
            usage.computeIfAbsent(open.lane().team(), team -> new TreeMap<>())
                    .putIfAbsent(open.lane().user(), 0.0);
        }
        for (String jobId : pool.index().promised()) {
            JobRequest waits = pool.job(jobId).request();
            usage.computeIfAbsent(waits.team(), team -> new TreeMap<>()).putIfAbsent(waits.user(), 0.0);
        }
        Map<String, Long> teamShares = new HashMap<>();
        Map<String, Long> userShares = new HashMap<>();
        usage.forEach((team, users) -> {
            Team known = pool.teams().get(team);
            teamShares.put(team, known == null ? 1L : known.shares());
            users.keySet().forEach(user -> {
                User member = pool.user(user);
                userShares.put(user, member == null ? 1L : member.shares());
            });
        });
        return of(usage, teamShares, userShares);
    }

    /** @param usage of each team's users */
    static FairTree of(
            Map<String, Map<String, Double>> usage, Map<String, Long> teamShares, Map<String, Long> userShares) {
        FairTree tree = new FairTree();
        List<Sibling> teams = new ArrayList<>();
        Map<Association, Double> userFactors = new HashMap<>();
        int users = 0;
        for (Map.Entry<String, Map<String, Double>> team : usage.entrySet()) {
            List<Sibling> members = new ArrayList<>();
            double sum = 0;
            for (Map.Entry<String, Double> user : team.getValue().entrySet()) {
                members.add(new Sibling(user.getKey(), userShares.getOrDefault(user.getKey(), 1L), user.getValue()));
                sum += user.getValue();
            }
            levelFactors(members)
                    .forEach((user, factor) -> userFactors.put(new Association(team.getKey(), user), factor));
            teams.add(new Sibling(team.getKey(), teamShares.getOrDefault(team.getKey(), 1L), sum));
            users += members.size();
        }
        Map<Double, List<String>> byFactor = new TreeMap<>(Comparator.reverseOrder());
        levelFactors(teams)
                .forEach((team, factor) ->
                        byFactor.computeIfAbsent(factor, f -> new ArrayList<>()).add(team));
        int rank = users;
        for (List<String> tied : byFactor.values()) {
            Map<Double, List<Association>> ranked = new TreeMap<>(Comparator.reverseOrder());
            for (String team : tied) {
                usage.getOrDefault(team, Map.of()).keySet().forEach(user -> {
                    Association member = new Association(team, user);
                    ranked.computeIfAbsent(userFactors.getOrDefault(member, 0.0), f -> new ArrayList<>())
                            .add(member);
                });
            }
            for (List<Association> same : ranked.values()) {
                for (Association member : same) {
                    tree.factors.put(member, (double) rank / users);
                }
                rank -= same.size();
            }
        }
        return tree;
    }

    /** Shares over usage of each: 0 without shares, infinite without usage. */
    static Map<String, Double> levelFactors(Collection<Sibling> siblings) {
        double usage = siblings.stream().mapToDouble(Sibling::usage).sum();
        long shares = siblings.stream().mapToLong(Sibling::shares).sum();
        Map<String, Double> factors = new TreeMap<>();
        for (Sibling one : siblings) {
            double factor = one.shares() == 0
                    ? 0
                    : one.usage() == 0
                            ? Double.POSITIVE_INFINITY
                            : ((double) one.shares() / shares) / (one.usage() / usage);
            factors.put(one.name(), factor);
        }
        return factors;
    }

    /** Rank over number of users; 1 for a user it doesn't know: one who has used nothing. */
    double factor(String team, String user) {
        return factors.getOrDefault(new Association(team, user), 1.0);
    }
}
