package io.millrace.tracker.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunImageTest {

    private static final int CASES = 300;

    private static Said said(long offset, RunFact fact) {
        return new Said(offset, "event-" + offset, 1000 + offset, 500 + offset, "user:ada", fact);
    }

    private static RunImage image(List<Said> facts) {
        RunImage image = new RunImage("run", RunHead.UNKNOWN);
        facts.forEach(image::apply);
        return image;
    }

    /** All that anybody is shown. */
    private static String shown(RunImage image) {
        Map<String, Object> all = new TreeMap<>();
        image.changedParams().forEach(key -> all.put("param " + key, image.param(key)));
        image.changedTags().forEach(key -> all.put("tag " + key, image.tag(key)));
        image.changedInputs().forEach(key -> all.put("input " + key, image.input(key)));
        image.changedFiles().forEach(path -> all.put("file " + path, image.file(path)));
        image.measured().forEach((key, values) -> {
            all.put("newest " + key, image.latest(key));
            all.put(
                    "history " + key,
                    values.stream().sorted(Measurement.IN_TIME).toList());
        });
        return image.head() + "\n" + all;
    }

    private static Said any(SeededRandom random, long offset) {
        String value = "v" + random.nextInt(3);
        return said(
                offset,
                switch (random.nextInt(10)) {
                    case 0 ->
                        new RunFact.Started(
                                "e" + random.nextInt(2),
                                null,
                                value,
                                "ada",
                                null,
                                null,
                                random.nextInt(3),
                                Map.of("t", value),
                                null);
                    case 1 -> new RunFact.ParamsGiven(Map.of("p" + random.nextInt(3), value));
                    case 2 ->
                        new RunFact.Measured(List.of(new Measurement(
                                "m" + random.nextInt(2),
                                random.pick(0.0, 1.0, Double.NaN, Double.NEGATIVE_INFINITY),
                                random.nextInt(3),
                                random.nextInt(3))));
                    case 3 -> new RunFact.TagsChanged(Map.of("t", value), List.of());
                    case 4 -> new RunFact.TagsChanged(Map.of(), List.of("t"));
                    case 5 -> new RunFact.FileMade("f", value, random.nextInt(5), null);
                    case 8 -> new RunFact.FileRemoved("f");
                    case 6 -> new RunFact.Ended(random.pick(RunState.FINISHED, RunState.FAILED), value);
                    case 7 -> random.nextBoolean() ? new RunFact.Deleted() : new RunFact.Restored();
                    default ->
                        new RunFact.InputsRead(List.of(new DatasetUse(
                                "d", null, value, "local", "s" + random.nextInt(2), null, null, Map.of())));
                });
    }

    @Test
    void shouldComeOutTheSameInWhateverOrderFactsArrive() {
        SeededRandom random = SeededRandom.of("RunImageTest");
        for (int i = 0; i < CASES; i++) {
            List<Said> facts = new ArrayList<>();
            for (int offset = 0; offset < 2 + random.nextInt(12); offset++) {
                facts.add(any(random, offset));
            }
            String inOrder = shown(image(facts));
            List<Said> shuffled = new ArrayList<>(facts);
            Collections.shuffle(shuffled, random);
            assertThat(shown(image(shuffled))).as("facts %s", shuffled).isEqualTo(inOrder);
        }
    }

    @Test
    void shouldKeepTheParamThatLiesFirstAndRefuseTheOther() {
        Said first = said(3, new RunFact.ParamsGiven(Map.of("rate", "0.1")));
        Said second = said(7, new RunFact.ParamsGiven(Map.of("rate", "0.2")));
        for (List<Said> order : List.of(List.of(first, second), List.of(second, first))) {
            RunImage image = image(order);
            assertThat(image.param("rate")).isEqualTo(new RunImage.Param("0.1", 3));
            assertThat(image.refused()).singleElement().satisfies(refused -> {
                assertThat(refused.offset()).isEqualTo(7);
                assertThat(refused.kept()).isEqualTo("0.1");
                assertThat(refused.refused()).isEqualTo("0.2");
            });
        }
    }

    @Test
    void shouldHaveTheFilesThatWereNotTakenAwaySince() {
        List<Said> facts = List.of(
                said(0, new RunFact.FileMade("model/weights", "here", 1, null)),
                said(1, new RunFact.FileMade("model/old/weights", "here", 1, null)),
                said(2, new RunFact.FileMade("models", "here", 1, null)),
                said(3, new RunFact.FileMade("note", "here", 1, null)),
                said(4, new RunFact.FileRemoved("model")),
                said(5, new RunFact.FileMade("model/weights", "there", 2, null)),
                said(6, new RunFact.FileRemoved("note")));
        List<Said> backwards = new ArrayList<>(facts);
        Collections.reverse(backwards);
        for (List<Said> order : List.of(facts, backwards)) {
            RunImage image = image(order);
            List<RunImage.File> files = image.changedFiles().stream()
                    .map(path -> Objects.requireNonNull(image.file(path)))
                    .toList();
            assertThat(RunFiles.present(files))
                    .containsExactlyInAnyOrder(
                            new RunImage.File("models", "here", 1, null, 2),
                            new RunImage.File("model/weights", "there", 2, null, 5));
            files = new ArrayList<>(files);
            files.add(new RunImage.File("", null, 0, null, 7));
            assertThat(RunFiles.present(files)).isEmpty();
        }
    }

    @Test
    void shouldTakeTheNewestByTimeThenTheLargerValue() {
        RunImage image = image(List.of(said(
                0,
                new RunFact.Measured(List.of(
                        new Measurement("m", 5, 9, 10),
                        new Measurement("m", 1, 1, 20),
                        new Measurement("m", 3, 0, 20),
                        new Measurement("m", Double.NaN, 2, 20))))));
        assertThat(image.latest("m")).isEqualTo(new Measurement("m", 3, 0, 20));
    }

    @Test
    void shouldGoOnWhenAnotherAttemptBegins() {
        RunFact.Started first = new RunFact.Started("e", null, "name", "ada", null, "job", 1, Map.of(), 60_000L);
        RunFact.Started second = new RunFact.Started("e", null, "other", "ada", null, "job", 2, Map.of(), 60_000L);
        RunImage image =
                image(List.of(said(0, first), said(1, new RunFact.Ended(RunState.FAILED, "lost")), said(2, second)));
        assertThat(image.head().state()).isEqualTo(RunState.RUNNING);
        assertThat(image.head().attempt()).isEqualTo(2);
        assertThat(image.head().name()).isEqualTo("name");
        assertThat(image.head().times().end()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"a/b.c-d e_f:1", "ünïcode", "a..b", "metric"})
    void shouldTakeNamesAsMlflowDoes(String name) {
        assertThat(Limits.wrongWithName(name)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"''", "a//b", "../up", "/top", "./here", "a/", "hash#", "a/../b", "."})
    void shouldRefuseNamesAsMlflowDoes(String name) {
        assertThat(Limits.wrongWithName(name)).isNotNull();
    }

    @Test
    void shouldRefuseWhatIsTooLongAndKeepTheRest() {
        String key = "k".repeat(251);
        RunImage image = image(List.of(
                said(0, new RunFact.ParamsGiven(Map.of(key, "1", "good", "2"))),
                said(1, new RunFact.TagsChanged(Map.of("tag", "v".repeat(8001)), List.of()))));
        assertThat(image.changedParams()).containsExactly("good");
        assertThat(image.changedTags()).isEmpty();
        assertThat(image.refused()).extracting(Refused::kind).containsExactly(Refused.Kind.PARAM, Refused.Kind.TAG);
    }
}
