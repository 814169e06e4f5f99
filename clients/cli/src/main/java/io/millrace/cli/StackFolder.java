package io.millrace.cli;

import io.millrace.local.ProjectRoot;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which stack is meant. */
public final class StackFolder {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the stack. Default: $MILLRACE_DATA, or .millrace/local where Millrace lies.")
    private @Nullable Path data;

    public Path path() {
        if (data != null) {
            return data.toAbsolutePath().normalize();
        }
        String environment = System.getenv("MILLRACE_DATA");
        if (environment != null && !environment.isBlank()) {
            return Path.of(environment).toAbsolutePath().normalize();
        }
        return ProjectRoot.find().resolve(".millrace/local");
    }

    /** How a client of this stack connects. */
    public Connection connection() {
        return Connection.ofStack(path());
    }
}
