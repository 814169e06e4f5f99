package io.millrace.tracker.search;

import io.millrace.tracker.search.Field.Kind;
import io.millrace.tracker.search.Filter.NumberComparison;
import io.millrace.tracker.search.Filter.TextComparison;
import io.millrace.tracker.search.Tokens.Token;
import io.millrace.tracker.search.Tokens.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads MLflow's filters, {@code clause (AND clause)*}, and beyond them OR, parentheses and null tests of every field.
 * AND binds more tightly than OR.
 */
public final class FilterParser {

    /** More than any filter needs, and few enough for the stack. */
    private static final int DEEPEST = 100;

    private final Searched searched;
    private final String text;
    private final List<Token> tokens;
    private int at;
    private int depth;

    private FilterParser(Searched searched, String text) {
        this.searched = searched;
        this.text = text;
        this.tokens = Tokens.of(text);
    }

    /**
     * @param text an empty one finds everything
     * @throws SearchException if it is no filter
     */
    public static Filter parse(Searched searched, String text) {
        FilterParser parser = new FilterParser(searched, text);
        if (parser.peek().type() == Type.END) {
            return Filter.ALL;
        }
        Filter filter = parser.anyOf();
        Token left = parser.peek();
        if (left.type() == Type.SEMICOLON && parser.tokens.get(parser.at + 1).type() != Type.END) {
            throw new SearchException("Search filter contained multiple expression " + Quoted.inSingleQuotes(text)
                    + ". Provide AND-ed expression list.");
        }
        if (left.type() != Type.END) {
            throw parser.invalidClause(left);
        }
        return filter;
    }

    private Filter anyOf() {
        List<Filter> filters = new ArrayList<>(List.of(allOf()));
        while (accept("OR")) {
            filters.add(allOf());
        }
        return filters.size() == 1 ? filters.getFirst() : new Filter.Or(filters);
    }

    private Filter allOf() {
        List<Filter> filters = new ArrayList<>(List.of(clause()));
        while (accept("AND")) {
            filters.add(clause());
        }
        return filters.size() == 1 ? filters.getFirst() : new Filter.And(filters);
    }

    private Filter clause() {
        Token first = peek();
        if (first.type() == Type.OPEN) {
            if (++depth > DEEPEST) {
                throw new SearchException("Invalid filter: more than " + DEEPEST + " parentheses in one another");
            }
            at++;
            Filter within = anyOf();
            if (peek().type() != Type.CLOSE) {
                throw invalidClause(first);
            }
            at++;
            depth--;
            return within;
        }
        at++;
        return comparison(first);
    }

    private Filter comparison(Token left) {
        Token operator = peek();
        boolean name = left.type() == Type.NAME && !keyword(left) || left.type() == Type.TEXT;
        if (!name || left.raw().startsWith("'")) {
            boolean compared = operator.type() == Type.OPERATOR && left.type() != Type.OTHER;
            throw compared
                    ? new SearchException("Invalid comparison clause. Expected 'Identifier' found '" + left.raw() + "'")
                    : invalidClause(left);
        }
        at++;
        if (operator.is("IS")) {
            boolean not = accept("NOT");
            if (!accept("NULL")) {
                throw invalidClause(left);
            }
            Field field = searched.filtered(left.raw());
            return not ? new Filter.Present(field) : new Filter.Missing(field);
        }
        boolean not = operator.is("NOT");
        if (operator.is("IN") || not && accept("IN")) {
            if (peek().type() != Type.OPEN) {
                throw invalidClause(left);
            }
            return oneOf(searched.filtered(left.raw()), not);
        }
        if (operator.type() != Type.OPERATOR && !operator.is("LIKE") && !operator.is("ILIKE")) {
            throw invalidClause(left);
        }
        Token right = peek();
        if (right.type() == Type.END || right.type() == Type.OTHER) {
            throw invalidClause(left);
        }
        at++;
        return comparison(searched.filtered(left.raw()), operator, right);
    }

    private Filter comparison(Field field, Token written, Token right) {
        boolean number = searched.isNumber(field);
        if (number && right.type() != Type.NUMBER) {
            throw new SearchException("Expected numeric value type for "
                    + (field.kind() == Kind.METRIC ? "metric" : "numeric attribute: " + field.key()) + ". Found "
                    + right.raw());
        }
        if (!number && right.type() != Type.TEXT) {
            throw noText(field, right);
        }
        Operator operator = Operator.of(written.raw())
                .filter(one -> one.compares(number))
                .orElseThrow(() -> invalidComparator(field, written.raw()));
        return number
                ? new NumberComparison(field, operator, Double.parseDouble(right.raw()))
                : new TextComparison(field, operator, Quoted.content(right.raw()));
    }

    private static SearchException noText(Field field, Token found) {
        if (found.type() == Type.NAME) {
            return new SearchException("Parameter value is either not quoted or unidentified quote types used for"
                    + " string value " + found.raw() + ". Use either single or double quotes.");
        }
        return new SearchException(
                switch (field.kind()) {
                    case METRIC, PARAM, TAG ->
                        "Expected a quoted string value for " + field.kind().word() + " (e.g. 'my-value'). Got value "
                                + found.raw();
                    case ATTRIBUTE -> "Expected a quoted string value for attributes. Got value " + found.raw();
                    case DATASET -> "Expected a quoted string value for dataset attributes. Got value " + found.raw();
                });
    }

    private SearchException invalidComparator(Field field, String written) {
        String symbols = String.join(", ", Operator.symbols(searched.isNumber(field)));
        String lists = listed(field) ? ", 'IN', 'NOT IN'" : "";
        return new SearchException("Invalid comparator '" + written + "' not one of '{" + symbols + lists + "}'");
    }

    /** Whether the field may be compared with a list. */
    private boolean listed(Field field) {
        return switch (field.kind()) {
            case ATTRIBUTE -> !searched.isNumber(field);
            case DATASET -> true;
            case METRIC, PARAM, TAG -> false;
        };
    }

    private Filter oneOf(Field field, boolean not) {
        if (!listed(field)) {
            throw invalidComparator(field, not ? "NOT IN" : "IN");
        }
        int open = at++;
        List<String> values = new ArrayList<>();
        while (true) {
            Token value = peek();
            if (value.type() == Type.CLOSE && values.isEmpty()) {
                throw new SearchException("While parsing a list in the query, expected a non-empty list of string"
                        + " values, but got empty list");
            }
            if (value.type() == Type.NUMBER || value.type() == Type.NAME) {
                throw new SearchException("While parsing a list in the query, expected string value, punctuation, or"
                        + " whitespace, but got different type in list: "
                        + text.substring(tokens.get(open).start()));
            }
            at++;
            Type next = peek().type();
            if (value.type() != Type.TEXT || next != Type.COMMA && next != Type.CLOSE) {
                throw new SearchException("While parsing a list in the query, expected a non-empty list of string"
                        + " values, but got ill-formed list.");
            }
            values.add(Quoted.content(value.raw()));
            at++;
            // As in Python, a comma may stand before the end.
            if (next == Type.COMMA && peek().type() == Type.CLOSE) {
                at++;
                next = Type.CLOSE;
            }
            if (next == Type.CLOSE) {
                return not ? new Filter.NotIn(field, values) : new Filter.In(field, values);
            }
        }
    }

    private static boolean keyword(Token token) {
        return token.is("AND") || token.is("OR") || token.is("NOT");
    }

    private boolean accept(String keyword) {
        boolean found = peek().is(keyword);
        at += found ? 1 : 0;
        return found;
    }

    private Token peek() {
        return tokens.get(Math.min(at, tokens.size() - 1));
    }

    private SearchException invalidClause(Token from) {
        String rest = text.substring(from.start()).strip();
        return new SearchException("Invalid clause(s) in filter string: '" + rest + "'"
                + (rest.isEmpty() ? ". It ends where a clause is expected" : ""));
    }
}
