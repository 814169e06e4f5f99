package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every file of the checkout. */
class HouseTest {

    /** What builds, editors, the running stack and its owner fill. */
    private static final Set<String> NOT_OURS = Set.of(
            ".git", "target", ".millrace", ".idea", ".vscode", "__pycache__", "node_modules", ".venv", "secrets");

    /** First parts of paths that are the same on every machine of a kind, or that name no file at all. */
    private static final List<String> NO_PLACE_OF_ONE_MACHINE = List.of(
            // folders of operating systems
            "bin|dev|etc|lib|opt|proc|run|sbin|sys|tmp|usr|var|Library",
            // addresses within a server: ours, Quarkus', the registry's
            "v1|api|jobs|runs|pools|models|alerts|silences|q|health|apis|schemas|subjects",
            // made up, for tests and messages
            "data|millrace|path",
            // resources on the class path
            "golden");

    /** An absolute path: its first slash goes on with no address, no relative path and no variable. */
    private static final Pattern PATH_OF_A_MACHINE =
            Pattern.compile("(?<![\\w.$}/*<>)\\]%-])(?<!\\w\\\\?[\"']|\\+ \")/(?:(?:root|home|Users)(?![\\w.-])|(?!(?:"
                    + String.join("|", NO_PLACE_OF_ONE_MACHINE) + ")/)[A-Za-z][\\w.-]*/[\\w.${*-])");

    private static final int MOST_LINES = 400;

    private static final Pattern CODE = Pattern.compile(".*\\.(java|sh|py)");

    private static final Pattern SCRIPT = Pattern.compile("\\A#!.*(sh|python)");

    @Test
    void shouldNameNoPathOfOneMachine() throws IOException {
        assertThat(linesMatching(Code.ROOT, PATH_OF_A_MACHINE))
                .as("lines naming a folder that only one machine has; take the path from an argument or the root."
                        + " If it is no such folder, add its first part to NO_PLACE_OF_ONE_MACHINE")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home/ann/trace.csv",
                "Users/ann/trace.csv",
                "root",
                "root/.m2/settings.xml",
                "scratch/millrace/trace.csv",
                "mnt/disk1",
                "workspace/main"
            })
    void shouldFindAPathOfOneMachine(String path, @TempDir Path folder) throws IOException {
        String absolute = "/" + path;
        Files.createDirectories(folder.resolve("bench/target"));
        Files.writeString(folder.resolve("bench/run.sh"), "set -e\nplay " + absolute + "\nplay \"" + absolute + "\"\n");
        Files.writeString(folder.resolve("bench/target/log"), absolute);
        assertThat(linesMatching(folder, PATH_OF_A_MACHINE))
                .containsExactly("bench/run.sh:2: play " + absolute, "bench/run.sh:3: play \"" + absolute + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl http://127.0.0.1:8080/workspace/main",
                "GET /v1/jobs/{id}",
                "see docs/adr/README.md and ./bench/run.sh",
                "\"$root\"/services/scheduler",
                "<a></a>/b/c",
                "java from /usr/lib/jvm, data in /var/lib/millrace",
                "either/or/both, 1/2/3, /rooted"
            })
    void shouldPassWhatIsNoPathOfOneMachine(String line, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("notes"), line);
        assertThat(linesMatching(folder, PATH_OF_A_MACHINE)).isEmpty();
    }

    @Test
    void shouldKeepFilesReadable() throws IOException {
        assertThat(codeLongerThan(Code.ROOT, MOST_LINES))
                .as("code of more than " + MOST_LINES + " lines; give a part of it a file and a name of its own")
                .isEmpty();
    }

    @Test
    void shouldFindALongFile(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("target"));
        Files.writeString(folder.resolve("Fits.java"), "1\n2\n3\n");
        for (String name : List.of("Long.java", "long.sh", "long.py", "notes.md", "target/Generated.java")) {
            Files.writeString(folder.resolve(name), "1\n2\n3\n4\n");
        }
        Files.writeString(folder.resolve("launcher"), "#!/usr/bin/env bash\n2\n3\n4\n");
        assertThat(codeLongerThan(folder, 3))
                .containsExactly("Long.java: 4", "launcher: 4", "long.py: 4", "long.sh: 4");
    }

    private static List<String> linesMatching(Path root, Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files(root)) {
            List<String> lines = text(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(root.relativize(file) + ":" + (i + 1) + ": " + lines.get(i));
                }
            }
        }
        return found;
    }

    private static List<String> codeLongerThan(Path root, int most) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files(root)) {
            String text = text(file);
            boolean code = CODE.matcher(file.getFileName().toString()).matches()
                    || SCRIPT.matcher(text).find();
            if (code && text.lines().count() > most) {
                found.add(root.relativize(file) + ": " + text.lines().count());
            }
        }
        return found;
    }

    /** Our files, in an order that does not depend on the machine. */
    private static List<Path> files(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean ours = folder.equals(root)
                        || !NOT_OURS.contains(folder.getFileName().toString());
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!NOT_OURS.contains(file.getFileName().toString())) { // a worktree's .git is a file
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(Comparator.naturalOrder());
        return found;
    }

    /** The file's text; nothing of a file that is no text. */
    private static String text(Path file) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            return "";
        }
    }
}
