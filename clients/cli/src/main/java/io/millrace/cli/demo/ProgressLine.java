package io.millrace.cli.demo;

import io.millrace.simulator.play.PlayProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Shows how far a play is: one line that changes on a terminal, a line now and then elsewhere. */
public final class ProgressLine implements Consumer<PlayProgress> {
    private static final long MS_PER_DAY = 86_400_000;
    private static final long MS_PER_MINUTE = 60_000;
    private static final long NANOS_PER_S = 1_000_000_000;
    private static final String BACK_TO_EMPTY_LINE = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanos;
    private final long everyNanos;
    private boolean begun;
    private long shownAt;
    private long shownCycles;

    /** @param nanos a clock that only moves forward, in nanoseconds */
    public ProgressLine(PrintWriter out, boolean terminal, LongSupplier nanos) {
        this.out = out;
        this.terminal = terminal;
        this.nanos = nanos;
        this.everyNanos = (terminal ? 1 : 5) * NANOS_PER_S;
    }

    @Override
    public void accept(PlayProgress progress) {
        long now = nanos.getAsLong();
        if (begun && now - shownAt < everyNanos) {
            return;
        }
        double seconds = (now - shownAt) / (double) NANOS_PER_S;
        double rate = begun && seconds > 0 ? (progress.cycles() - shownCycles) / seconds : 0;
        String line = text(progress, rate);
        if (terminal) {
            out.print(BACK_TO_EMPTY_LINE + line);
        } else {
            out.println(line);
        }
        out.flush();
        begun = true;
        shownAt = now;
        shownCycles = progress.cycles();
    }

    /** Leaves the line to whoever prints next. */
    public void end() {
        if (terminal && begun) {
            out.println();
            out.flush();
        }
    }

    private static String text(PlayProgress progress, double rate) {
        long minuteOfDay = progress.nowMs() % MS_PER_DAY / MS_PER_MINUTE;
        return String.format(
                Locale.ROOT,
                "  day %d %02d:%02d  submitted %d of %d  running %d  waiting %d  ended %d  %.0f cycles/s%s",
                progress.nowMs() / MS_PER_DAY,
                minuteOfDay / 60,
                minuteOfDay % 60,
                progress.submitted(),
                progress.jobs(),
                progress.running(),
                progress.waiting(),
                progress.over(),
                rate,
                progress.silent() ? "  waiting for the scheduler" : "");
    }
}
