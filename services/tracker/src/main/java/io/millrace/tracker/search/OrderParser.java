package io.millrace.tracker.search;

import io.millrace.tracker.search.Tokens.Token;
import io.millrace.tracker.search.Tokens.Type;
import java.util.List;

/** Reads clauses of MLflow's order_by: a field, and ASC or DESC. */
public final class OrderParser {

    private OrderParser() {}

    /** @throws SearchException if one of them is no order */
    public static List<Order> parse(Searched searched, List<String> clauses) {
        return clauses.stream().map(clause -> parse(searched, clause)).toList();
    }

    private static Order parse(Searched searched, String clause) {
        List<Token> tokens = Tokens.of(clause);
        Token field = tokens.getFirst();
        boolean name = field.type() == Type.NAME || field.type() == Type.TEXT;
        if (!name || tokens.size() > 3) {
            throw new SearchException("Invalid order_by clause '" + clause + "'. Could not be parsed.");
        }
        Token direction = tokens.get(1);
        boolean descending = direction.is("DESC");
        if (direction.type() != Type.END && !descending && !direction.is("ASC")) {
            throw new SearchException("Invalid ordering key in order_by clause '" + clause + "'.");
        }
        return new Order(searched.ordered(field.raw()), !descending);
    }
}
