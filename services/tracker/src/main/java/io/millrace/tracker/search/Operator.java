package io.millrace.tracker.search;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** How a field is compared with one value. */
public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    /** Of the whole text: % stands for any text, _ for any one character. */
    LIKE("LIKE"),
    /** As LIKE, without regard to case. */
    ILIKE("ILIKE");

    private static final Set<Operator> OF_NUMBERS = Set.of(EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST);

    private static final Set<Operator> OF_TEXTS = Set.of(EQUAL, NOT_EQUAL, LIKE, ILIKE);

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    /** As it is written in a filter. */
    public String symbol() {
        return symbol;
    }

    static Optional<Operator> of(String written) {
        return Arrays.stream(values())
                .filter(operator -> operator.symbol.equalsIgnoreCase(written))
                .findFirst();
    }

    boolean compares(boolean numbers) {
        return (numbers ? OF_NUMBERS : OF_TEXTS).contains(this);
    }

    /** Symbols of those that compare numbers, or texts, in one order. */
    static Set<String> symbols(boolean numbers) {
        Set<String> symbols = new TreeSet<>();
        for (Operator operator : numbers ? OF_NUMBERS : OF_TEXTS) {
            symbols.add("'" + operator.symbol + "'");
        }
        return symbols;
    }
}
