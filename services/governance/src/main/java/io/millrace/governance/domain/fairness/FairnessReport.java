package io.millrace.governance.domain.fairness;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What decisions are like for groups: each group's counts, and what each criterion says of those that are large enough.
 *
 * @param everybody counts of all
 * @param groups attribute by attribute, intersections last
 * @param findings in the same order
 */
public record FairnessReport(
        FairnessPolicy policy, GroupCounts everybody, List<GroupLine> groups, List<Finding> findings) {

    /**
     * A group's counts.
     *
     * @param enough whether it is as large as the policy asks for
     * @param ratio of its selection rate to the reference group's; NaN where there is none, or it is 0
     */
    public record GroupLine(Group group, GroupCounts counts, boolean enough, double ratio) {}

    public FairnessReport {
        groups = List.copyOf(groups);
        findings = List.copyOf(findings);
    }

    /**
     * @param reference by attribute, the value of the group that others' selection rates are put against; for attributes
     *     without one it is the group that is selected most often
     */
    public static FairnessReport of(FairnessCounts counts, FairnessPolicy policy, Map<String, String> reference) {
        List<GroupLine> lines = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        Map<List<String>, List<Group>> byAttributes =
                counts.groups().keySet().stream().collect(groupingBy(Group::attributes, LinkedHashMap::new, toList()));
        byAttributes.forEach((attributes, groups) -> {
            Map<Group, GroupCounts> compared = new TreeMap<>();
            groups.forEach(group -> compared.put(group, counts.of(group).copy()));
            Criteria criteria = new Criteria(attributes, compared, policy, reference(attributes, reference));
            lines.addAll(criteria.lines());
            findings.addAll(criteria.findings());
        });
        return new FairnessReport(policy, counts.everybody().copy(), lines, findings);
    }

    private static @Nullable Group reference(List<String> attributes, Map<String, String> reference) {
        if (!reference.keySet().containsAll(attributes)) {
            return null;
        }
        TreeMap<String, String> values = new TreeMap<>(reference);
        values.keySet().retainAll(attributes);
        return new Group(values);
    }

    /** Whether a criterion is past what the policy allows, by chance or not. */
    public boolean isPast() {
        return findings.stream().anyMatch(finding -> finding.verdict() == Finding.Verdict.PAST);
    }
}
