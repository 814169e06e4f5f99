package io.millrace.governance.domain.fairness;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Those who share a value: of one attribute, or, as an intersection, of each of several.
 *
 * @param values by attribute
 */
public record Group(SortedMap<String, String> values) implements Comparable<Group> {

    /** Of more attributes there are too many intersections to say anything of any. */
    public static final int MOST_ATTRIBUTES = 6;

    private static final Comparator<List<String>> WORD_BY_WORD = (one, other) -> {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = one.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    };

    private static final Comparator<Group> ORDER = Comparator.comparingInt(
                    (Group group) -> group.values().size())
            .thenComparing(Group::attributes, WORD_BY_WORD)
            .thenComparing(group -> List.copyOf(group.values().values()), WORD_BY_WORD);

    public Group {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a group has an attribute");
        }
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    public static Group of(String attribute, String value) {
        return new Group(new TreeMap<>(Map.of(attribute, value)));
    }

    /**
     * Every group that somebody belongs to.
     *
     * @param values of somebody, by attribute
     * @param intersections whether those of two and more attributes are among them
     */
    public static List<Group> of(Map<String, String> values, boolean intersections) {
        if (values.size() > MOST_ATTRIBUTES) {
            throw new IllegalArgumentException("groups have at most " + MOST_ATTRIBUTES + " attributes");
        }
        List<String> attributes = values.keySet().stream().sorted().toList();
        List<Group> groups = new ArrayList<>();
        for (int chosen = 1; chosen < 1 << attributes.size(); chosen++) {
            if (intersections || Integer.bitCount(chosen) == 1) {
                TreeMap<String, String> of = new TreeMap<>();
                for (int i = 0; i < attributes.size(); i++) {
                    if ((chosen >> i & 1) == 1) {
                        of.put(attributes.get(i), String.valueOf(values.get(attributes.get(i))));
                    }
                }
                groups.add(new Group(of));
            }
        }
        Collections.sort(groups);
        return List.copyOf(groups);
    }

    /** What its members are alike in; groups are compared with those of the same attributes. */
    public List<String> attributes() {
        return List.copyOf(values.keySet());
    }

    @Override
    public int compareTo(Group other) {
        return ORDER.compare(this, other);
    }

    /** As {@code race=Black & sex=Female}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(value -> value.getKey() + "=" + value.getValue())
                .collect(Collectors.joining(" & "));
    }
}
