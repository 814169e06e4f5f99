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

/** Command lines for JVMs that end with this one. */
final class ChildJvm {

    private ChildJvm() {}

    /**
     * A JVM on this one's JDK that ends when this one does, by itself or killed. Its standard input has to stay a pipe
     * from this process.
     */
    static List<String> command(Path watchJar, List<String> flags, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add("-javaagent:" + watchJar);
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

    /** Writes the jar that {@link #command} names: the agent alone, whatever class path this JVM came from. */
    static Path writeWatchJar(Path jar) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), ParentWatch.class.getName());
        String entry = ParentWatch.class.getName().replace('.', '/') + ".class";
        try (InputStream code = ParentWatch.class.getClassLoader().getResourceAsStream(entry)) {
            if (code == null) {
                throw new IllegalStateException(entry + " is not on the class path");
            }
            Files.createDirectories(jar.getParent());
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
