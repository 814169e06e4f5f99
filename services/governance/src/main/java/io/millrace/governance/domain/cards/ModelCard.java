package io.millrace.governance.domain.cards;

import io.millrace.governance.domain.fairness.FairnessReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say of a model version. Filled from what tracker and monitor know, what fairness was found, and what
 * people state; each change is a revision, and what changes nothing is none.
 *
 * @param revision 0 for a card that says nothing yet
 * @param origin null until the version is registered
 * @param operation null until it has answered
 * @param fairness null until decisions of it were judged
 * @param publishing what Hugging Face asks for; null until somebody said
 */
public record ModelCard(
        String model,
        String version,
        int revision,
        @Nullable Origin origin,
        @Nullable Operation operation,
        @Nullable FairnessReport fairness,
        @Nullable Publishing publishing,
        Map<ModelSection, Statement> statements) {

    public ModelCard {
        EnumMap<ModelSection, Statement> ordered = new EnumMap<>(ModelSection.class);
        ordered.putAll(statements);
        statements = Collections.unmodifiableMap(ordered);
    }

    public static ModelCard of(String model, String version) {
        return new ModelCard(model, version, 0, null, null, null, null, Map.of());
    }

    public ModelCard with(Origin found) {
        return revised(found, operation, fairness, publishing, statements);
    }

    public ModelCard with(Operation found) {
        return revised(origin, found, fairness, publishing, statements);
    }

    public ModelCard with(FairnessReport found) {
        return revised(origin, operation, found, publishing, statements);
    }

    public ModelCard with(Publishing said) {
        return revised(origin, operation, fairness, said, statements);
    }

    public ModelCard with(ModelSection section, Statement said) {
        EnumMap<ModelSection, Statement> changed = new EnumMap<>(ModelSection.class);
        changed.putAll(statements);
        changed.put(section, said);
        return revised(origin, operation, fairness, publishing, changed);
    }

    /** Takes back what was stated in a section. */
    public ModelCard without(ModelSection section) {
        EnumMap<ModelSection, Statement> changed = new EnumMap<>(ModelSection.class);
        changed.putAll(statements);
        changed.remove(section);
        return revised(origin, operation, fairness, publishing, changed);
    }

    private ModelCard revised(
            @Nullable Origin newOrigin,
            @Nullable Operation newOperation,
            @Nullable FairnessReport newFairness,
            @Nullable Publishing newPublishing,
            Map<ModelSection, Statement> newStatements) {
        boolean same = Objects.equals(origin, newOrigin)
                && Objects.equals(operation, newOperation)
                && Objects.equals(fairness, newFairness)
                && Objects.equals(publishing, newPublishing)
                && statements.equals(newStatements);
        return same
                ? this
                : new ModelCard(
                        model,
                        version,
                        revision + 1,
                        newOrigin,
                        newOperation,
                        newFairness,
                        newPublishing,
                        newStatements);
    }

    /** The card as it is read; sections that nothing is known for are missing. */
    public Document document() {
        ModelFacts facts = new ModelFacts(this);
        List<Document.Section> sections = Arrays.stream(ModelSection.values())
                .map(section -> new Document.Section(section.title(), blocks(section, facts)))
                .toList();
        return new Document(model, version + ", revision " + revision, sections);
    }

    private List<Block> blocks(ModelSection section, ModelFacts facts) {
        List<Block> blocks = new ArrayList<>();
        Statement said = statements.get(section);
        if (said != null) {
            blocks.add(new Block.Text(said.text(), said.by()));
        }
        blocks.addAll(facts.of(section));
        return blocks;
    }
}
