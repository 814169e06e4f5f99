package io.millrace.governance.domain.fairness;

import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How decisions came out, group by group: of a file or of a window of time. Those of several add up to those of all. */
public final class FairnessCounts {

    private final TreeMap<Group, GroupCounts> groups = new TreeMap<>();
    private final GroupCounts everybody = new GroupCounts();

    /** A decision about a member of some groups, whether or not the truth is known. */
    public void answered(Collection<Group> of, boolean selected) {
        count(of, counts -> counts.answered(selected));
    }

    /** What turned out about a decision. */
    public void known(Collection<Group> of, boolean selected, boolean actual) {
        count(of, counts -> counts.known(selected, actual));
    }

    /**
     * What turned out where a probability had been given.
     *
     * @param score from 0 to 1
     */
    public void scored(Collection<Group> of, double score, boolean actual) {
        count(of, counts -> counts.scored(score, actual));
    }

    private void count(Collection<Group> of, Consumer<GroupCounts> one) {
        one.accept(everybody);
        of.forEach(group -> one.accept(groups.computeIfAbsent(group, key -> new GroupCounts())));
    }

    /** Adds counts of a group that were taken before; of everybody, where it is null. */
    public void merge(@Nullable Group group, GroupCounts counts) {
        (group == null ? everybody : groups.computeIfAbsent(group, key -> new GroupCounts())).merge(counts);
    }

    public void merge(FairnessCounts other) {
        everybody.merge(other.everybody);
        other.groups.forEach((group, counts) ->
                groups.computeIfAbsent(group, key -> new GroupCounts()).merge(counts));
    }

    public GroupCounts everybody() {
        return everybody;
    }

    public SortedMap<Group, GroupCounts> groups() {
        return Collections.unmodifiableSortedMap(groups);
    }

    /** @throws NullPointerException where nobody is of that group */
    public GroupCounts of(Group group) {
        return Objects.requireNonNull(groups.get(group), () -> "nobody is " + group);
    }
}
