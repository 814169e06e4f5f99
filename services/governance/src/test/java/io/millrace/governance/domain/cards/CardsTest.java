package io.millrace.governance.domain.cards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.governance.domain.fairness.FairnessCounts;
import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CardsTest {

    /** Cards as Hugging Face's own reader is given them, by the interop suite; {@code MILLRACE_RECORD=cards} writes them. */
    private static final Path RECORDED =
            Path.of(System.getProperty("millrace.root", "../.."), "tests/interop/fixtures/cards");

    private static final String NASTY = "<script>alert('x')</script> **bold** | [a](b) & \"q\"";

    static Origin origin() {
        return new Origin(
                "Reads digits. " + NASTY,
                Instant.parse("2026-03-01T12:00:00Z"),
                "user:ada",
                "Production",
                List.of("champion", "blue"),
                "run-7",
                "4be1c0d",
                new TreeMap<>(Map.of("rate", "0.1", "layers|deep", "3")),
                new TreeMap<>(Map.of("accuracy", 0.91237, "loss", Double.NaN)),
                List.of(
                        new Origin.DatasetUsed("digits-train", "sha256:aa", Origin.Use.TRAINING),
                        new Origin.DatasetUsed("digits-held: out", "sha256:bb", Origin.Use.EVALUATION)));
    }

    static Operation operation() {
        return new Operation(
                Instant.parse("2026-03-08T00:00:00Z"),
                5000,
                4000,
                new TreeMap<>(Map.of("accuracy", 0.875)),
                List.of("ink"),
                List.of("digits/3 is right in 0.8 of all cases"));
    }

    static FairnessReport fairness() {
        FairnessCounts counts = new FairnessCounts();
        add(counts, "old", 60, 40);
        add(counts, "young", 30, 70);
        add(counts, "tall", 3, 0);
        return FairnessReport.of(counts, FairnessPolicy.DEFAULT, Map.of());
    }

    private static void add(FairnessCounts counts, String who, int yes, int no) {
        for (int i = 0; i < yes + no; i++) {
            counts.answered(List.of(Group.of("who", who)), i < yes);
            counts.known(List.of(Group.of("who", who)), i < yes, i < yes);
        }
    }

    static ModelCard card() {
        return ModelCard.of("digits", "3")
                .with(origin())
                .with(operation())
                .with(fairness())
                .with(new Publishing(
                        "Apache-2.0", List.of("en"), "tabular-classification", "sklearn", List.of("digits", "a: b")))
                .with(
                        ModelSection.INTENDED_USE,
                        new Statement("To read digits.\n\n# Not letters: " + NASTY, "user:ada"));
    }

    static Datasheet sheet() {
        return Datasheet.of("digits-train", "sha256:aa")
                .with(new TreeMap<>(Map.of("rows", "60000", "columns", "785")))
                .usedBy("digits/3", Origin.Use.TRAINING)
                .with(new Publishing("My own license", List.of(), "image-classification", null, List.of()))
                .with(DatasheetSection.MOTIVATION, new Statement("To teach digits.", "user:ada"));
    }

    @Test
    void shouldNameEverySectionOfAnEmptyCard() {
        assertThat(ModelCard.of("digits", "3").document().missing())
                .containsExactly(
                        "Model details",
                        "Intended use",
                        "Factors",
                        "Metrics",
                        "Training data",
                        "Evaluation data",
                        "Ethical considerations",
                        "Caveats and recommendations");
        assertThat(Datasheet.of("digits-train", "sha256:aa").document().missing())
                .containsExactly(
                        "Motivation",
                        "Composition",
                        "Collection",
                        "Preprocessing",
                        "Uses",
                        "Distribution",
                        "Maintenance");
    }

    @Test
    void shouldFillItselfFromWhatIsKnown() {
        ModelCard card = ModelCard.of("digits", "3").with(origin());
        assertThat(card.document().missing())
                .containsExactly("Intended use", "Factors", "Ethical considerations", "Caveats and recommendations");
        assertThat(card.with(fairness()).document().missing()).containsExactly("Intended use");
        assertThat(card().document().isComplete()).isTrue();
        assertThat(card().without(ModelSection.INTENDED_USE).document().missing())
                .containsExactly("Intended use");
        assertThat(sheet().document().missing())
                .containsExactly("Collection", "Preprocessing", "Distribution", "Maintenance");
    }

    @Test
    void shouldCountWhatChangesAndNothingElse() {
        ModelCard card = card();
        assertThat(card.revision()).isEqualTo(5);
        assertThat(card.with(origin())).isSameAs(card);
        assertThat(card.with(operation())).isSameAs(card);
        assertThat(card.with(fairness())).isSameAs(card);
        assertThat(card.with(ModelSection.CAVEATS, new Statement("Few.", "user:bob"))
                        .revision())
                .isEqualTo(6);
        assertThat(card.without(ModelSection.CAVEATS)).isSameAs(card);
        assertThat(card.document().version()).isEqualTo("3, revision 5");
        Datasheet sheet = sheet();
        assertThat(sheet.revision()).isEqualTo(4);
        assertThat(sheet.usedBy("digits/3", Origin.Use.TRAINING)).isSameAs(sheet);
        assertThat(sheet.usedBy("digits/4", Origin.Use.EVALUATION).revision()).isEqualTo(5);
    }

    @Test
    void shouldRefuseAStatementThatSaysNothing() {
        assertThatThrownBy(() -> new Statement(" \n", "user:ada")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldWriteMarkdownThatNothingBreaks() {
        String text = MarkdownText.of(card().document());
        assertThat(text).startsWith("""
                # digits

                Version 3, revision 5. All sections are filled.

                ## Model details

                - **Model**: digits
                - **Version**: 3
                - **Description**: Reads digits. \\<script\\>alert('x')\\</script\\> \\*\\*bold\\*\\* \\| \\[a\\](b) \\& "q"
                - **Registered**: 2026-03-01T12:00:00Z by user:ada
                - **Stage**: Production
                - **Aliases**: blue, champion
                - **Trained by run**: run-7
                - **Code**: 4be1c0d

                **Parameters**

                | parameter | value |
                | --- | --- |
                | layers\\|deep | 3 |
                | rate | 0.1 |

                ## Intended use

                To read digits.

                \\# Not letters: \\<script\\>alert('x')\\</script\\> \\*\\*bold\\*\\* \\| \\[a\\](b) \\& "q"

                *By user:ada*

                ## Factors

                **Groups that decisions were looked at by**

                | attribute | groups (people) |
                | --- | --- |
                | who | old (100), tall (3), young (100) |

                ## Metrics

                **In training**

                | metric | value |
                | --- | --- |
                | accuracy | 0.9124 |
                | loss | NaN |

                **In service until 2026-03-08T00:00:00Z, the truth of 4000 of 5000 requests known**

                | metric | value |
                | --- | --- |
                | accuracy | 0.8750 |

                **By group, with 95 % intervals**

                | group | people | selected | true positive rate | false positive rate | precision |
                | --- | --- | --- | --- | --- | --- |
                | who=old | 100 | 0.6000 (0.5020 to 0.6906) | 1 (0.9398 to 1) | 0 (0 to 0.08762) | 1 (0.9398 to 1) |
                """);
        assertThat(text).endsWith("""
                ## Caveats and recommendations

                - **Too few people for a verdict, fewer than 30**: who=tall
                - **No longer like their reference**: ink
                - **Alerts that fire**: digits/3 is right in 0.8 of all cases
                """);
    }

    @Test
    void shouldSayInMarkdownWhatIsMissing() {
        assertThat(MarkdownText.of(sheet().document())).isEqualTo("""
                # digits-train

                Version sha256:aa, revision 4. Missing: Collection, Preprocessing, Distribution, Maintenance.

                ## Motivation

                To teach digits.

                *By user:ada*

                ## Composition

                - **columns**: 785
                - **rows**: 60000

                ## Collection

                *Missing: nobody has said anything of this yet.*

                ## Preprocessing

                *Missing: nobody has said anything of this yet.*

                ## Uses

                **Models**

                | model version | used for |
                | --- | --- |
                | digits/3 | training |

                ## Distribution

                *Missing: nobody has said anything of this yet.*

                ## Maintenance

                *Missing: nobody has said anything of this yet.*
                """);
    }

    @Test
    void shouldWriteLinesThatLookLikeListsAsLines() {
        SortedMap<String, String> odd = new TreeMap<>(Map.of("a", "- no list", "b", "1. no number", "c", "1.5 x"));
        assertThat(MarkdownText.of(Datasheet.of("x", "y").with(odd).document()))
                .contains("- **a**: \\- no list\n- **b**: 1\\. no number\n- **c**: 1.5 x\n");
    }

    @Test
    void shouldWriteHtmlThatNothingEscapesFrom() {
        String page = HtmlText.of(card().document());
        assertThat(page)
                .startsWith("<!DOCTYPE html>\n<html lang=\"en\">")
                .doesNotContain("<script")
                .contains(
                        "<dt>Description</dt><dd>Reads digits. &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; **bold** |"
                                + " [a](b) &amp; &quot;q&quot;</dd>\n")
                .contains("<h2>Intended use</h2>\n<p>To read digits.</p>\n<p># Not letters: &lt;script&gt;")
                .contains("<tr><th>metric</th><th>value</th></tr>\n<tr><td>accuracy</td><td>0.9124</td></tr>\n")
                .endsWith("</body>\n</html>\n");
        assertThat(HtmlText.of(sheet().document()))
                .contains(
                        "<h2>Collection</h2>\n<p class=\"missing\">Missing: nobody has said anything of this yet.</p>\n");
    }

    @Test
    void shouldWriteMetadataForTheHub() throws IOException {
        String model = HubText.of(card());
        assertThat(model).startsWith("""
                ---
                language:
                - "en"
                license: "apache-2.0"
                tags:
                - "digits"
                - "a: b"
                pipeline_tag: "tabular-classification"
                library_name: "sklearn"
                model_name: "digits"
                datasets:
                - "digits-train"
                model-index:
                - name: "digits"
                  results:
                  - task:
                      type: "tabular-classification"
                    dataset:
                      type: "digits-held: out"
                      name: "digits-held: out"
                    metrics:
                    - type: "accuracy"
                      value: 0.91237
                  - task:
                      type: "tabular-classification"
                    dataset:
                      type: "production"
                      name: "in service until 2026-03-08T00:00:00Z"
                    metrics:
                    - type: "accuracy"
                      value: 0.875
                ---

                # digits
                """);
        String sheet = HubText.of(sheet());
        assertThat(sheet).startsWith("""
                ---
                license: "other"
                license_name: "my-own-license"
                task_categories:
                - "image-classification"
                pretty_name: "digits-train"
                ---

                # digits-train
                """);
        assertThat(HubText.of(ModelCard.of("a\"b\\\n", "1")))
                .startsWith("---\nmodel_name: \"a\\\"b\\\\\\u000a\"\n---\n");
        if ("cards".equals(System.getenv("MILLRACE_RECORD"))) {
            Files.createDirectories(RECORDED);
            Files.writeString(RECORDED.resolve("model.md"), model);
            Files.writeString(RECORDED.resolve("dataset.md"), sheet);
        }
        assertThat(RECORDED.resolve("model.md")).hasContent(model);
        assertThat(RECORDED.resolve("dataset.md")).hasContent(sheet);
    }
}
