package io.millrace.tracker.search;

import java.util.ArrayList;
import java.util.List;

/** The words of a filter or an order. */
final class Tokens {

    enum Type {
        /** A field, or a keyword: plain or quoted parts with dots between. */
        NAME,
        /** A text in single or double quotes. */
        TEXT,
        NUMBER,
        /** One or more of {@code < > = ! ~}, whether it means something or not. */
        OPERATOR,
        OPEN,
        CLOSE,
        COMMA,
        SEMICOLON,
        /** What no filter has. */
        OTHER,
        END
    }

    /** A word as it was written, and where. */
    record Token(Type type, String raw, int start) {

        /** Whether it is this word, unquoted, in any case. */
        boolean is(String keyword) {
            return type == Type.NAME && raw.equalsIgnoreCase(keyword);
        }
    }

    private final String text;
    private final List<Token> found = new ArrayList<>();
    private int at;

    private Tokens(String text) {
        this.text = text;
    }

    /** Ends with a token of type END. */
    static List<Token> of(String text) {
        Tokens tokens = new Tokens(text);
        while (tokens.skipSpace()) {
            int start = tokens.at;
            Type type = tokens.next();
            tokens.found.add(new Token(type, text.substring(start, tokens.at), start));
        }
        tokens.found.add(new Token(Type.END, "", text.length()));
        return tokens.found;
    }

    static boolean startsName(char c) {
        return Character.isLetter(c) || c == '_';
    }

    static boolean goesOnName(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '$' || c == '#' || c == '@';
    }

    private boolean skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    private Type next() {
        char first = text.charAt(at);
        return switch (first) {
            case '(' -> one(Type.OPEN);
            case ')' -> one(Type.CLOSE);
            case ',' -> one(Type.COMMA);
            case ';' -> one(Type.SEMICOLON);
            case '<', '>', '=', '!', '~' -> operator();
            case '\'' -> quoted('\'') ? Type.TEXT : rest();
            case '"', '`' -> {
                if (!quoted(first)) {
                    yield rest();
                }
                boolean prefix = at < text.length() && text.charAt(at) == '.';
                yield prefix ? name() : first == '"' ? Type.TEXT : Type.NAME;
            }
            default -> {
                if (startsName(first)) {
                    yield name();
                }
                int end = endOfNumber();
                if (end > at) {
                    at = end;
                    yield Type.NUMBER;
                }
                yield one(Type.OTHER);
            }
        };
    }

    private Type one(Type type) {
        at += Character.charCount(text.codePointAt(at));
        return type;
    }

    private Type rest() {
        at = text.length();
        return Type.OTHER;
    }

    private Type operator() {
        while (at < text.length() && "<>=!~".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return Type.OPERATOR;
    }

    /** From a plain or quoted first part to the end of the name; a key may be quoted as a whole. */
    private Type name() {
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean key = at > 0 && text.charAt(at - 1) == '.';
            if (key && (c == '"' || c == '`' || c == '\'')) {
                return quoted(c) ? Type.NAME : rest();
            }
            if (!goesOnName(c)) {
                break;
            }
            at++;
        }
        return Type.NAME;
    }

    /** Over a text in quotes, or nowhere if it has no end. */
    private boolean quoted(char quote) {
        for (int end = at + 1; end < text.length(); end++) {
            if (text.charAt(end) == quote) {
                if (end + 1 < text.length() && text.charAt(end + 1) == quote) {
                    end++;
                } else {
                    at = end + 1;
                    return true;
                }
            }
        }
        return false;
    }

    private int endOfNumber() {
        int end = at;
        if (text.charAt(end) == '-' || text.charAt(end) == '+') {
            end++;
        }
        int whole = digits(end);
        int digits = whole - end;
        end = whole;
        if (end < text.length() && text.charAt(end) == '.') {
            int fraction = digits(end + 1);
            digits += fraction - end - 1;
            end = fraction;
        }
        if (digits == 0) {
            return at;
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int sign = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0 ? 1 : 0;
            int exponent = digits(end + 1 + sign);
            end = exponent > end + 1 + sign ? exponent : end;
        }
        return end < text.length() && goesOnName(text.charAt(end)) ? at : end;
    }

    private int digits(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }
}
