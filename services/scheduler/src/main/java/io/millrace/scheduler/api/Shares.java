package io.millrace.scheduler.api;

import io.millrace.scheduler.api.PoolReplicas.Snapshot;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Parts of teams and users as {@code org-events} have told the pools; one share for whom they say nothing of. */
final class Shares {

    private final TreeMap<String, Member.Team> teams = new TreeMap<>();
    private final List<Pool> pools;

    private Shares(List<Pool> pools) {
        this.pools = pools;
        pools.forEach(pool -> pool.teams().forEach(teams::putIfAbsent));
    }

    static Shares of(PoolReplicas replicas) {
        List<Pool> known = new ArrayList<>();
        for (String pool : replicas.names()) {
            Snapshot snapshot = replicas.of(pool);
            if (snapshot != null) {
                known.add(snapshot.pool());
            }
        }
        return of(known);
    }

    static Shares of(List<Pool> pools) {
        return new Shares(pools);
    }

    /** A team's part of all shares: of the teams that are defined and of those that have used something. */
    double ofTeam(String team, Collection<String> others) {
        Set<String> all = new HashSet<>(teams.keySet());
        all.addAll(others);
        all.add(team);
        long sum = all.stream().mapToLong(this::sharesOfTeam).sum();
        return sum == 0 ? 0 : (double) sharesOfTeam(team) / sum;
    }

    /** A user's part of the shares of the team's users. */
    double ofUser(String user, Collection<String> others) {
        Set<String> all = new HashSet<>(others);
        all.add(user);
        long sum = all.stream().mapToLong(this::sharesOfUser).sum();
        return sum == 0 ? 0 : (double) sharesOfUser(user) / sum;
    }

    /** 2^(−part of the usage / share): 1 for no usage, 0.5 for just the share, 0 for usage without a share. */
    static double factor(double part, double share) {
        return part <= 0 ? 1 : share == 0 ? 0 : StrictMath.pow(2, -part / share);
    }

    private long sharesOfTeam(String team) {
        Member.Team known = teams.get(team);
        return known == null ? 1 : known.shares();
    }

    private long sharesOfUser(String user) {
        for (Pool pool : pools) {
            Member.User known = pool.user(user);
            if (known != null) {
                return known.shares();
            }
        }
        return 1;
    }
}
