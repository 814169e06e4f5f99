package io.millrace.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes the current schemas down in {@code golden/}; run by {@code schemas/record}. A version that is not released yet
 * is overwritten, a released one is followed by the next number, and a change that breaks a released one is refused.
 */
final class Recorder {

    private final SchemaTree tree;

    Recorder(SchemaTree tree) {
        this.tree = tree;
    }

    public static void main(String[] args) {
        Recorder recorder = new Recorder(SchemaTree.ofThisModule());
        switch (String.join(" ", args)) {
            case "" -> recorder.record().forEach(System.out::println);
            case "--release" -> {
                recorder.record().forEach(System.out::println);
                recorder.release().forEach(System.out::println);
            }
            default -> throw new IllegalArgumentException("usage: schemas/record [--release]");
        }
    }

    /** Records every schema that differs from its newest recorded version; returns what was done, a line each. */
    List<String> record() {
        List<String> problems = new ArrayList<>();
        List<SchemaTree.Version> changed = new ArrayList<>();
        for (String name : tree.all()) {
            Schema current = tree.current(name);
            for (SchemaTree.Version version : tree.versions(name)) {
                if (isReleased(version)) {
                    Compatibility.problems(current, version.schema())
                            .forEach(problem -> problems.add(version.name() + ": " + problem));
                }
            }
            SchemaTree.Version next = next(name, current);
            if (!tree.versions(name).contains(next)) {
                changed.add(next);
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalStateException("nothing was recorded, these changes would break readers of old records:\n"
                    + String.join("\n", problems));
        }
        changed.forEach(tree::write);
        return changed.stream().map(version -> "recorded " + version.name()).toList();
    }

    /** From now on the newest version of each schema stays as it is. */
    List<String> release() {
        Map<String, String> released = new TreeMap<>(tree.released());
        List<String> done = new ArrayList<>();
        for (String name : tree.all()) {
            SchemaTree.Version newest = tree.versions(name).getLast();
            if (released.putIfAbsent(newest.name(), newest.fingerprint()) == null) {
                done.add("released " + newest.name());
            }
        }
        tree.writeReleased(released);
        return done;
    }

    private SchemaTree.Version next(String name, Schema current) {
        List<SchemaTree.Version> versions = tree.versions(name);
        String text = tree.currentText(name);
        int number = 1;
        if (!versions.isEmpty()) {
            SchemaTree.Version newest = versions.getLast();
            boolean follows = isReleased(newest) && !newest.schemaText().equals(text);
            number = follows ? newest.number() + 1 : newest.number();
            if (isReleased(newest) && !follows) {
                return newest;
            }
        }
        List<GenericRecord> records = Samples.of(current);
        return new SchemaTree.Version(
                name,
                number,
                text,
                records.stream().map(Samples::hex).toList(),
                records.stream().map(Samples::json).toList());
    }

    private boolean isReleased(SchemaTree.Version version) {
        return tree.released().containsKey(version.name());
    }
}
