package io.millrace.governance.domain.audit;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Up to where each partition is covered, by the entries of the log and nothing else. Not thread safe. */
public final class Coverage {

    /** A partition of a topic. */
    public record Place(String topic, int partition) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byTopic = topic.compareTo(other.topic);
            return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
        }
    }

    private final TreeMap<Place, Long> next = new TreeMap<>();

    public Coverage() {}

    public Coverage(Map<Place, Long> next) {
        this.next.putAll(next);
    }

    /** @throws IllegalStateException when some of it was covered before */
    public void take(Covered covered) {
        Place place = new Place(covered.topic(), covered.partition());
        long from = next.getOrDefault(place, 0L);
        if (covered.firstOffset() < from) {
            throw new IllegalStateException(
                    "offset " + covered.firstOffset() + " of " + place + " is covered twice; it was up to " + from);
        }
        next.put(place, covered.lastOffset() + 1);
    }

    /** The offset after the last that is covered; partitions of which nothing is, are left out. */
    public Map<Place, Long> next() {
        return Collections.unmodifiableMap(next);
    }
}
