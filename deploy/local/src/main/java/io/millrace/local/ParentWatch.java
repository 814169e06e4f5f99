package io.millrace.local;

import java.io.IOException;

/**
 * Java agent of every child: ends this JVM when its parent is gone, however that ended. The parent holds the other end
 * of standard input, which the system closes with it; that needs no asking after pids, and a parent that is dead but
 * not yet reaped counts as gone too. Stands alone in a jar of its own, so it uses nothing but the JDK.
 */
public final class ParentWatch {

    /** What a process that was told to end exits with. */
    private static final int TERMINATED = 143;

    private ParentWatch() {}

    public static void premain(String unused) {
        Thread watch = new Thread(
                () -> {
                    awaitEndOfInput();
                    Runtime.getRuntime().halt(TERMINATED);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Returns when whoever holds the other end of standard input is gone. */
    static void awaitEndOfInput() {
        byte[] ignored = new byte[256];
        try {
            while (System.in.read(ignored) >= 0) {
                // Nothing is ever said there.
            }
        } catch (IOException e) {
            // An input that can't be read has nobody at its other end.
        }
    }
}
