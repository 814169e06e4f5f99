package io.millrace.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Lengths of time as people write them: 90s, 30m, 4h, 2d, 1h30m. */
final class DurationText implements ITypeConverter<Duration> {

    private static final Pattern FORM =
            Pattern.compile("(?:(\\d{1,5})d)?(?:(\\d{1,6})h)?(?:(\\d{1,7})m)?(?:(\\d{1,9})s)?");

    @Override
    public Duration convert(String text) {
        Matcher parts = FORM.matcher(text.strip());
        Duration length = parts.matches()
                ? Duration.ofDays(part(parts, 1))
                        .plusHours(part(parts, 2))
                        .plusMinutes(part(parts, 3))
                        .plusSeconds(part(parts, 4))
                : Duration.ZERO;
        if (length.isZero()) {
            throw new TypeConversionException("'" + text + "' is no length of time; write 90s, 30m, 4h, 2d or 1h30m");
        }
        return length;
    }

    /** In the same form, to the second. */
    static String text(Duration length) {
        String text = (length.toDays() == 0 ? "" : length.toDays() + "d")
                + (length.toHoursPart() == 0 ? "" : length.toHoursPart() + "h")
                + (length.toMinutesPart() == 0 ? "" : length.toMinutesPart() + "m")
                + (length.toSecondsPart() == 0 ? "" : length.toSecondsPart() + "s");
        return text.isEmpty() ? "0s" : text;
    }

    private static long part(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
