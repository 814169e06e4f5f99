package io.millrace.e2e;

import io.millrace.cli.Millrace;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What came of a command line. */
record Outcome(int status, String out, String err) {

    /** @param data folder that its {@code --data} names */
    static Outcome of(Path data, String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] line = Stream.concat(Stream.of(command), Stream.of("--data", data.toString()))
                .toArray(String[]::new);
        int status = Millrace.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line);
        return new Outcome(status, out.toString(), err.toString());
    }
}
