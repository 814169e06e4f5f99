package io.millrace.scheduler.domain;

/**
 * What a user of a team has had of a pool.
 *
 * @param usage of attempts whose starts are counted; see {@link Attempt#countedFrom}
 * @param recentJobs placements, each counting half after each half-life
 * @param recentAsOf when {@code recentJobs} held, ms
 */
public record UserAccount(String team, String user, UsageAccount usage, double recentJobs, long recentAsOf) {

    static UserAccount empty(String team, String user) {
        return new UserAccount(team, user, UsageAccount.EMPTY, 0, 0);
    }

    UserAccount withUsage(UsageAccount next) {
        return new UserAccount(team, user, next, recentJobs, recentAsOf);
    }

    /** One job more, placed at {@code now}, not before {@link #recentAsOf}. */
    UserAccount withJob(long now, long halfLifeMs) {
        return new UserAccount(team, user, usage, recentJobs(now, halfLifeMs) + 1, now);
    }

    /** Placements as they count at {@code now}. */
    double recentJobs(long now, long halfLifeMs) {
        return recentJobs * StrictMath.pow(2, -(double) (now - recentAsOf) / halfLifeMs);
    }
}
