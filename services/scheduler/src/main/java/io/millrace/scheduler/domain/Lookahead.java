package io.millrace.scheduler.domain;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** An iterator that finds its next element when asked whether there is one, and not before. */
abstract class Lookahead implements Iterator<PoolEvent> {

    private @Nullable PoolEvent found;

    /** The next element; null when there is none, and then always. */
    abstract @Nullable PoolEvent find();

    @Override
    public final boolean hasNext() {
        if (found == null) {
            found = find();
        }
        return found != null;
    }

    @Override
    public final PoolEvent next() {
        if (!hasNext() || found == null) {
            throw new NoSuchElementException();
        }
        PoolEvent next = found;
        found = null;
        return next;
    }
}
