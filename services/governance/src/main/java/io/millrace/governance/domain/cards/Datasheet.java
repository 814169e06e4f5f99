package io.millrace.governance.domain.cards;

import io.millrace.governance.domain.cards.Block.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say of a data set: what was counted in it, which models learned from it, and what people state.
 *
 * @param digest which data it is; other data under the same name has a sheet of its own
 * @param revision 0 for a sheet that says nothing yet
 * @param composition what was counted, by name: rows, columns, people by group
 * @param uses model versions that were trained or judged on it, as {@code digits/3}
 * @param publishing what Hugging Face asks for; null until somebody said
 */
public record Datasheet(
        String name,
        String digest,
        int revision,
        SortedMap<String, String> composition,
        SortedMap<String, Origin.Use> uses,
        @Nullable Publishing publishing,
        Map<DatasheetSection, Statement> statements) {

    public Datasheet {
        composition = Collections.unmodifiableSortedMap(new TreeMap<>(composition));
        uses = Collections.unmodifiableSortedMap(new TreeMap<>(uses));
        EnumMap<DatasheetSection, Statement> ordered = new EnumMap<>(DatasheetSection.class);
        ordered.putAll(statements);
        statements = Collections.unmodifiableMap(ordered);
    }

    public static Datasheet of(String name, String digest) {
        return new Datasheet(name, digest, 0, new TreeMap<>(), new TreeMap<>(), null, Map.of());
    }

    public Datasheet with(SortedMap<String, String> counted) {
        return revised(counted, uses, publishing, statements);
    }

    /** @param modelVersion as {@code digits/3} */
    public Datasheet usedBy(String modelVersion, Origin.Use use) {
        TreeMap<String, Origin.Use> changed = new TreeMap<>(uses);
        changed.put(modelVersion, use);
        return revised(composition, changed, publishing, statements);
    }

    public Datasheet with(Publishing said) {
        return revised(composition, uses, said, statements);
    }

    public Datasheet with(DatasheetSection section, Statement said) {
        EnumMap<DatasheetSection, Statement> changed = new EnumMap<>(DatasheetSection.class);
        changed.putAll(statements);
        changed.put(section, said);
        return revised(composition, uses, publishing, changed);
    }

    private Datasheet revised(
            SortedMap<String, String> newComposition,
            SortedMap<String, Origin.Use> newUses,
            @Nullable Publishing newPublishing,
            Map<DatasheetSection, Statement> newStatements) {
        boolean same = composition.equals(newComposition)
                && uses.equals(newUses)
                && Objects.equals(publishing, newPublishing)
                && statements.equals(newStatements);
        return same
                ? this
                : new Datasheet(name, digest, revision + 1, newComposition, newUses, newPublishing, newStatements);
    }

    /** The sheet as it is read; sections that nothing is known for are missing. */
    public Document document() {
        List<Document.Section> sections = Arrays.stream(DatasheetSection.values())
                .map(section -> new Document.Section(section.title(), blocks(section)))
                .toList();
        return new Document(name, digest + ", revision " + revision, sections);
    }

    private List<Block> blocks(DatasheetSection section) {
        List<Block> blocks = new ArrayList<>();
        Statement said = statements.get(section);
        if (said != null) {
            blocks.add(new Block.Text(said.text(), said.by()));
        }
        if (section == DatasheetSection.COMPOSITION && !composition.isEmpty()) {
            blocks.add(new Block.Facts(composition.entrySet().stream()
                    .map(entry -> new Fact(entry.getKey(), entry.getValue()))
                    .toList()));
        }
        if (section == DatasheetSection.USES && !uses.isEmpty()) {
            blocks.add(new Block.Table(
                    "Models",
                    List.of("model version", "used for"),
                    uses.entrySet().stream()
                            .map(entry -> List.of(
                                    entry.getKey(),
                                    switch (entry.getValue()) {
                                        case TRAINING -> "training";
                                        case EVALUATION -> "evaluation";
                                    }))
                            .toList()));
        }
        return blocks;
    }
}
