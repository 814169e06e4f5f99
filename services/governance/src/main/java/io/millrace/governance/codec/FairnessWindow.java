package io.millrace.governance.codec;

import io.millrace.governance.domain.fairness.FairnessCounts;
import io.millrace.governance.domain.fairness.Group;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was counted in one window of one model version, and how much of it was told. */
public final class FairnessWindow {

    private final FairnessCounts counts;
    private long events;
    private long told;
    private long leftOut;

    public FairnessWindow() {
        this(new FairnessCounts(), 0, 0, 0);
    }

    FairnessWindow(FairnessCounts counts, long events, long told, long leftOut) {
        this.counts = counts;
        this.events = events;
        this.told = told;
        this.leftOut = leftOut;
    }

    public FairnessCounts counts() {
        return counts;
    }

    /** Decisions and truths that were counted. */
    public long events() {
        return events;
    }

    /** How many had been when it was last told of. */
    public long told() {
        return told;
    }

    /** Decisions that were counted in no group. */
    public long leftOut() {
        return leftOut;
    }

    /** @param groups none, where there are too many already */
    public void answered(List<Group> groups, boolean selected) {
        events++;
        leftOut += groups.isEmpty() ? 1 : 0;
        counts.answered(groups, selected);
    }

    /** @param score from 0 to 1; null for none */
    public void known(List<Group> groups, boolean selected, @Nullable Double score, boolean actual) {
        events++;
        counts.known(groups, selected, actual);
        if (score != null) {
            counts.scored(groups, score, actual);
        }
    }

    public void tell() {
        told = events;
    }
}
