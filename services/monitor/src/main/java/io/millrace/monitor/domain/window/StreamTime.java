package io.millrace.monitor.domain.window;

/**
 * How far time has come, by what a stream's records say of themselves. A record whose clock is far ahead does not take
 * all others along: such a leap counts only when {@link #CONFIRMED_BY} records in a row have made it, as they do when
 * traffic comes back after a pause.
 */
public final class StreamTime {

    /** Records in a row that make a leap. */
    public static final int CONFIRMED_BY = 8;

    /** Before anything was seen. */
    public static final long NONE = Long.MIN_VALUE;

    private final long leap;
    private long now;
    private int inARow;
    private long lowestAhead;

    /** @param leap from how far ahead on a record has to be confirmed; ms */
    public StreamTime(long leap) {
        this(leap, NONE, 0, 0);
    }

    /**
     * @param now as it was; ms
     * @param inARow how many records in a row were ahead
     * @param lowestAhead the least of their times; ms
     */
    public StreamTime(long leap, long now, int inARow, long lowestAhead) {
        this.leap = leap;
        this.now = now;
        this.inARow = inARow;
        this.lowestAhead = lowestAhead;
    }

    /** Takes in a record's time, and says whether that is ahead, and not confirmed. */
    public boolean isAhead(long time) {
        if (now == NONE || time <= now + leap) {
            inARow = 0;
            now = Math.max(now, time);
            return false;
        }
        lowestAhead = inARow == 0 ? time : Math.min(lowestAhead, time);
        inARow++;
        if (inARow < CONFIRMED_BY) {
            return true;
        }
        now = lowestAhead;
        inARow = 0;
        return false;
    }

    /** Time went on though no record said so. */
    public void pass(long until) {
        now = Math.max(now, until);
    }

    /** ms; {@link #NONE} before anything was seen. */
    public long now() {
        return now;
    }

    public int inARow() {
        return inARow;
    }

    public long lowestAhead() {
        return lowestAhead;
    }
}
