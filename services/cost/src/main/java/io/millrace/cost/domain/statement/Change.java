package io.millrace.cost.domain.statement;

import java.math.BigInteger;
import java.util.OptionalLong;

/** What a period cost after what one before it did, in micro-dollars. */
public record Change(long beforeMicros, long micros) {

    private static final int PER_MILLE = 1_000;

    public long differenceMicros() {
        return Math.subtractExact(micros, beforeMicros);
    }

    /** Difference in thousandths of what was before, rounded towards it; empty where nothing was. */
    public OptionalLong perMille() {
        return beforeMicros == 0
                ? OptionalLong.empty()
                : OptionalLong.of(BigInteger.valueOf(differenceMicros())
                        .multiply(BigInteger.valueOf(PER_MILLE))
                        .divide(BigInteger.valueOf(beforeMicros).abs())
                        .longValueExact());
    }
}
