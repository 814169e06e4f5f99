package io.millrace.schemas;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * The schemas on disk: the current ones in {@code avro/}, the recorded versions of each in {@code golden/<name>/}, and
 * {@code golden/released}, which names the versions that may not change any more. A schema's name is its path in {@code
 * avro/}: {@code job-events} for a topic, {@code stores/pool-state} for what a service keeps in a store.
 */
record SchemaTree(Path avro, Path golden) {

    private static final String SUFFIX = ".avsc";

    /**
     * One recorded version of a schema.
     *
     * @param samples one record a line: its bytes in hex
     * @param readings one record a line: the same records in Avro's JSON encoding
     */
    record Version(String of, int number, String schemaText, List<String> samples, List<String> readings) {

        Schema schema() {
            return parse(schemaText);
        }

        /** Changes when anything of the version does. */
        String fingerprint() {
            try {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                for (String part : List.of(schemaText, String.join("\n", samples), String.join("\n", readings))) {
                    sha256.update(part.getBytes(StandardCharsets.UTF_8));
                    sha256.update((byte) 0);
                }
                return HexFormat.of().formatHex(sha256.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        String name() {
            return of + " " + number;
        }
    }

    /** The tree of the module the tests or the recorder run in. */
    static SchemaTree ofThisModule() {
        return new SchemaTree(Path.of("avro"), Path.of("golden"));
    }

    /** Each file is parsed by itself, so that a schema leaning on another file does not parse. */
    static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }

    /** Names of all schemas. */
    List<String> all() {
        return names(avro);
    }

    /** Names of the schemas of topics. */
    List<String> topics() {
        return all().stream().filter(name -> !name.contains("/")).toList();
    }

    String currentText(String name) {
        return read(avro.resolve(name + SUFFIX));
    }

    Schema current(String name) {
        try {
            return parse(currentText(name));
        } catch (SchemaParseException e) {
            throw new IllegalStateException("schemas/avro/" + name + ".avsc does not stand on its own", e);
        }
    }

    /** Names of the schemas that have recorded versions. */
    List<String> recorded() {
        return names(golden).stream()
                .map(version -> version.substring(0, version.lastIndexOf('/')))
                .distinct()
                .toList();
    }

    /** Recorded versions, oldest first. */
    List<Version> versions(String name) {
        Path folder = golden.resolve(name);
        return names(folder).stream()
                .map(Integer::valueOf)
                .sorted(Comparator.naturalOrder())
                .map(number -> new Version(
                        name,
                        number,
                        read(folder.resolve(number + ".avsc")),
                        read(folder.resolve(number + ".hex")).lines().toList(),
                        read(folder.resolve(number + ".jsonl")).lines().toList()))
                .toList();
    }

    void write(Version version) {
        Path folder = golden.resolve(version.of());
        write(folder.resolve(version.number() + ".avsc"), version.schemaText());
        write(folder.resolve(version.number() + ".hex"), lines(version.samples()));
        write(folder.resolve(version.number() + ".jsonl"), lines(version.readings()));
    }

    /** Fingerprints of the released versions by {@link Version#name}. */
    Map<String, String> released() {
        Map<String, String> released = new TreeMap<>();
        if (Files.exists(golden.resolve("released"))) {
            for (String line : read(golden.resolve("released")).lines().toList()) {
                int end = line.lastIndexOf(' ');
                released.put(line.substring(0, end), line.substring(end + 1));
            }
        }
        return released;
    }

    void writeReleased(Map<String, String> released) {
        List<String> rows = new ArrayList<>();
        new TreeMap<>(released).forEach((name, fingerprint) -> rows.add(name + " " + fingerprint));
        write(golden.resolve("released"), lines(rows));
    }

    private static String lines(List<String> rows) {
        return rows.isEmpty() ? "" : String.join("\n", rows) + "\n";
    }

    /** Paths of the schema files in a folder, relative to it and without their ending; none where it is absent. */
    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'))
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
