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
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every file of the checkout. */
class HouseTest {

    /** Folders that builds, editors and the running stack fill. */
    private static final Set<String> NOT_OURS =
            Set.of(".git", "target", ".millrace", ".idea", ".vscode", "__pycache__", "node_modules", ".venv");

    private static final Pattern PATH_OF_A_MACHINE = Pattern.compile("(?<![\\w.$}/-])/(?:work|root)(?![\\w-])");

    @Test
    void shouldNameNoPathOfOneMachine() throws IOException {
        assertThat(linesMatching(Code.ROOT, PATH_OF_A_MACHINE))
                .as("lines naming a folder that only one machine has; take the path from an argument or the root")
                .isEmpty();
    }

    @Test
    void shouldFindAPathOfOneMachine(@TempDir Path folder) throws IOException {
        String path = "/" + "work/main/trace.csv";
        Files.createDirectories(folder.resolve("bench/target"));
        Files.writeString(folder.resolve("bench/run.sh"), "set -e\nplay " + path + "\n");
        Files.writeString(folder.resolve("bench/target/log"), path);
        Files.writeString(folder.resolve("bench/ok.sh"), "curl http://127.0.0.1/" + "work/\n");
        assertThat(linesMatching(folder, PATH_OF_A_MACHINE)).containsExactly("bench/run.sh:2: play " + path);
    }

    private static List<String> linesMatching(Path root, Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean ours = folder.equals(root)
                        || !NOT_OURS.contains(folder.getFileName().toString());
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                List<String> lines = text(file).lines().toList();
                for (int i = 0; i < lines.size(); i++) {
                    if (pattern.matcher(lines.get(i)).find()) {
                        found.add(root.relativize(file) + ":" + (i + 1) + ": " + lines.get(i));
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
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
