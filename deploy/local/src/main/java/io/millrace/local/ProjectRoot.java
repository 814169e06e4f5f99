package io.millrace.local;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where Millrace lies on this machine. */
public final class ProjectRoot {

    private ProjectRoot() {}

    /** The folder of the root pom: the system property {@code millrace.root} or the working folder, or above it. */
    public static Path find() {
        Path start = Path.of(System.getProperty("millrace.root", ""))
                .toAbsolutePath()
                .normalize();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("deploy/local/pom.xml"))) {
                return folder;
            }
        }
        throw new StackException("Millrace is not found in " + start + " or above; run it with ./millrace");
    }
}
