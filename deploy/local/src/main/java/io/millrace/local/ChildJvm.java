package io.millrace.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * JVMs that end with this one.
 *
 * @param watchJar the agent that ends them
 * @param temporary their folder for temporary files, where what a killed one leaves is found again
 */
record ChildJvm(Path watchJar, Path temporary) {

    /** Makes ready what the children of this process need, in a folder that is theirs. */
    static ChildJvm in(Path folder) {
        Path temporary = folder.resolve("tmp");
        try {
            DataFolder.deleteTree(temporary);
            Files.createDirectories(temporary);
        } catch (IOException e) {
            throw new StackException("can't clear " + temporary + ": " + e, e);
        }
        return new ChildJvm(writeWatchJar(folder.resolve("parent-watch.jar")), temporary);
    }

    /**
     * A JVM on this one's JDK that ends when this one does, by itself or killed. Its standard input has to stay a pipe
     * from this process: when that closes it is cut off at once, so to stop it in good order signal it by its {@link
     * ProcessHandle}; {@link Process#destroy} closes the pipe as well.
     */
    List<String> command(List<String> flags, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add("-javaagent:" + watchJar);
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(quietFlags());
        command.addAll(flags);
        command.addAll(program);
        return command;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Spares log files the JVM's warnings about what libraries do, where this JVM knows the flags. */
    static List<String> quietFlags() {
        List<String> flags = new ArrayList<>();
        flags.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 23) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        return flags;
    }

    /** The agent alone, whatever class path this JVM came from. */
    private static Path writeWatchJar(Path jar) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), ParentWatch.class.getName());
        String entry = ParentWatch.class.getName().replace('.', '/') + ".class";
        try (InputStream code = ParentWatch.class.getClassLoader().getResourceAsStream(entry)) {
            if (code == null) {
                throw new IllegalStateException(entry + " is not on the class path");
            }
            try (OutputStream out = Files.newOutputStream(jar);
                    JarOutputStream target = new JarOutputStream(out, manifest)) {
                target.putNextEntry(new JarEntry(entry));
                code.transferTo(target);
            }
            return jar;
        } catch (IOException e) {
            throw new StackException("can't write " + jar + ": " + e, e);
        }
    }
}
