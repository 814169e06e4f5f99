package io.millrace.cost.domain.statement;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * A stretch of time, in UTC.
 *
 * @param from its beginning; ms
 * @param to its end, which is not part of it; ms
 */
public record Period(long from, long to) {

    private static final int DAYS_OF_WEEK = 7;

    public Period {
        if (from >= to) {
            throw new IllegalArgumentException("a period ends after it begins");
        }
    }

    public static Period ofMonth(YearMonth month) {
        return new Period(
                beginning(month.atDay(1)), beginning(month.plusMonths(1).atDay(1)));
    }

    /** The seven days from a day on. */
    public static Period ofWeek(LocalDate first) {
        return new Period(beginning(first), beginning(first.plusDays(DAYS_OF_WEEK)));
    }

    private static long beginning(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    boolean covers(long at) {
        return from <= at && at < to;
    }

    /** Its beginning as a text of ISO 8601. */
    public String begins() {
        return Instant.ofEpochMilli(from).toString();
    }

    public String ends() {
        return Instant.ofEpochMilli(to).toString();
    }
}
