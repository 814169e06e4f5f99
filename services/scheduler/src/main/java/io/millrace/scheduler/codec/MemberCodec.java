package io.millrace.scheduler.codec;

import io.millrace.events.org.OrgEvent;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Member;
import io.millrace.streams.UndecodableException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Teams and users as {@code org-events} have them. */
public final class MemberCodec {

    private static final int MOST_SHARES = 1_000_000_000;
    private static final int MOST_POINTS = 1_000_000;
    private static final int MOST_YEARS = 80;

    private MemberCodec() {}

    /** @throws UndecodableException when the event is none that says something of a member */
    public static Member member(OrgEvent event) {
        return switch (event.getPayload()) {
            case TeamDefined team ->
                new Member.Team(
                        team.getTeam(),
                        team.getShares(),
                        team.getBasePriority(),
                        types(team.getJobTypes()),
                        team.getDeadlines());
            case UserDefined user -> new Member.User(user.getUser(), user.getShares(), user.getSeniorityYears());
            default ->
                throw new UndecodableException(
                        "a pool doesn't know " + event.getPayload().getClass().getSimpleName());
        };
    }

    /**
     * The member an event tells of.
     *
     * @throws IllegalArgumentException when it makes no sense; says why
     */
    public static Member checked(OrgEvent event) {
        Member member = member(event);
        check(member);
        return member;
    }

    /**
     * The event's payload that says this to these pools.
     *
     * @param method how whoever says it was authenticated; null for the deployment
     */
    public static Object payload(Member member, List<String> pools, @Nullable String method) {
        return switch (member) {
            case Member.Team(String name, int shares, Integer base, SortedSet<JobType> types, boolean deadlines) ->
                new TeamDefined(
                        name,
                        shares,
                        base,
                        types.stream()
                                .map(type -> io.millrace.events.org.JobType.valueOf(type.name()))
                                .toList(),
                        deadlines,
                        pools,
                        method);
            case Member.User(String name, int shares, int years) -> new UserDefined(name, shares, years, pools, method);
        };
    }

    /** {@code team/NAME} or {@code user/NAME}. */
    public static String key(Member member) {
        return switch (member) {
            case Member.Team team -> "team/" + team.name();
            case Member.User user -> "user/" + user.name();
        };
    }

    /** @throws IllegalArgumentException when it makes no sense; says why */
    static void check(Member member) {
        String who = key(member);
        if (member.name().isBlank() || member.name().indexOf('/') >= 0) {
            throw new IllegalArgumentException(who + ": a name must not be empty and hold no '/'");
        }
        switch (member) {
            case Member.Team team -> {
                inRange(who, "shares", team.shares(), MOST_SHARES);
                inRange(who, "base priority", team.base() == null ? 0 : team.base(), MOST_POINTS);
            }
            case Member.User user -> {
                inRange(who, "shares", user.shares(), MOST_SHARES);
                inRange(who, "seniority_years", user.seniorityYears(), MOST_YEARS);
            }
        }
    }

    private static void inRange(String who, String what, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(who + ": " + what + " must be 0 to " + most + ", not " + value);
        }
    }

    /** A type that is not known here may not be claimed either. */
    private static SortedSet<JobType> types(Collection<io.millrace.events.org.JobType> named) {
        SortedSet<JobType> types = new TreeSet<>();
        named.stream()
                .filter(type -> type != io.millrace.events.org.JobType.UNKNOWN)
                .forEach(type -> types.add(JobType.valueOf(type.name())));
        return Collections.unmodifiableSortedSet(types);
    }
}
