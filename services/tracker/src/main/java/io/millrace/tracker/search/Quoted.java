package io.millrace.tracker.search;

/** Text between quotes; a quote within is written twice. */
final class Quoted {

    private Quoted() {}

    static String inSingleQuotes(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String inDoubleQuotes(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }

    static boolean isText(String raw) {
        return isIn(raw, '\'') || isIn(raw, '"');
    }

    /** What the quotes hold, of whichever kind; the text itself where there are none. */
    static String content(String raw) {
        for (char quote : new char[] {'\'', '"', '`'}) {
            if (isIn(raw, quote)) {
                String one = String.valueOf(quote);
                return raw.substring(1, raw.length() - 1).replace(one + one, one);
            }
        }
        return raw;
    }

    private static boolean isIn(String raw, char quote) {
        return raw.length() >= 2 && raw.charAt(0) == quote && raw.charAt(raw.length() - 1) == quote;
    }
}
