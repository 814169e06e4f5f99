package io.millrace.cost.domain.statement;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * To whom a cost is charged. What is not known is empty: who tags nothing has a line of his own.
 *
 * @param environment dev, staging or prod
 * @param user who submitted the job
 * @param run of training that the job is
 * @param modelVersion that the job trains or serves
 */
public record Charge(
        String team,
        String project,
        String environment,
        String owner,
        String costCenter,
        String user,
        String job,
        String run,
        String modelVersion)
        implements Comparable<Charge> {

    /** Nothing is known of it but its job. */
    static Charge untagged(String job) {
        return new Charge("", "", "", "", "", "", job, "", "");
    }

    /** Whether the team is missing, so that nobody can be charged. */
    public boolean untagged() {
        return team.isEmpty();
    }

    private static final List<Function<Charge, String>> PARTS = List.of(
            Charge::team,
            Charge::project,
            Charge::environment,
            Charge::owner,
            Charge::costCenter,
            Charge::user,
            Charge::job,
            Charge::run,
            Charge::modelVersion);

    private static final Comparator<Charge> ORDER = PARTS.stream()
            .map(Comparator::comparing)
            .reduce(Comparator::thenComparing)
            .orElseThrow();

    @Override
    public int compareTo(Charge other) {
        return ORDER.compare(this, other);
    }
}
