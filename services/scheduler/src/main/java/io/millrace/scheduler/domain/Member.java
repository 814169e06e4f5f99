package io.millrace.scheduler.domain;

import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** What the organisation says of a team or a user. Nobody says it of himself. */
public sealed interface Member {

    String name();

    /**
     * A team.
     *
     * @param shares its part of a pool, against the shares of the other teams
     * @param base its priority before all else, in points; null for the policy's own
     * @param types job types that count when its users claim them
     * @param deadlines whether its users' deadlines count
     */
    record Team(String name, int shares, @Nullable Integer base, SortedSet<JobType> types, boolean deadlines)
            implements Member {}

    /**
     * A user.
     *
     * @param shares the user's part of the team's usage, against those of the team's other users
     * @param seniorityYears whole years at the company
     */
    record User(String name, int shares, int seniorityYears) implements Member {}
}
