package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FairnessCommandTest {

    /** Decisions about people, and what Fairlearn says of them. */
    private static final Path FIXTURES =
            Path.of(System.getProperty("millrace.root", "../.."), "tests/interop/fixtures/fairness");

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Outcome(int status, String out, String err) {}

    @TempDir
    private Path folder;

    private static Outcome run(Path file, String... options) {
        List<String> arguments = new ArrayList<>(List.of("fairness", file.toString()));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Millrace.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    private static JsonNode json(Path file, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--json", "-"));
        return JSON.readTree(run(file, arguments.toArray(String[]::new)).out());
    }

    /** People as {@code group prediction label score}, so many of each. */
    private Path file(String... rows) throws IOException {
        StringBuilder text = new StringBuilder("who,said,was,p\n");
        for (String row : rows) {
            String[] cells = row.split(" ", -1);
            text.append((String.join(",", List.of(cells).subList(1, 5)) + "\n").repeat(Integer.parseInt(cells[0])));
        }
        return Files.writeString(folder.resolve("decisions.csv"), text);
    }

    private static final String[] COLUMNS = {"--label", "was", "--prediction", "said", "--group", "who"};

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(COLUMNS), Stream.of(more)).toArray(String[]::new);
    }

    static Stream<JsonNode> fairlearn() throws IOException {
        return StreamSupport.stream(
                JSON.readTree(FIXTURES.resolve("fairness.json").toFile()).spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("fairlearn")
    void shouldSayWhatFairlearnSays(JsonNode theirs) throws IOException {
        List<String> attributes = new ArrayList<>();
        theirs.get("attributes").forEach(attribute -> attributes.add(attribute.asText()));
        JsonNode ours = json(
                FIXTURES.resolve(theirs.get("file").asText()),
                "--label=label",
                "--prediction=prediction",
                "--group=" + String.join(",", attributes),
                "--intersections",
                "--min-group=1");
        for (JsonNode group : theirs.get("groups")) {
            JsonNode same = StreamSupport.stream(ours.get("groups").spliterator(), false)
                    .filter(one -> isGroup(one.get("group"), attributes, group.get("values")))
                    .findFirst()
                    .orElseThrow();
            for (String rate : List.of(
                    "selection_rate",
                    "true_positive_rate",
                    "false_positive_rate",
                    "false_negative_rate",
                    "accuracy",
                    "precision")) {
                assertThat(same.get(rate).get("value").asDouble())
                        .as(group + " " + rate)
                        .isCloseTo(group.get(rate).asDouble(), within(1e-12));
            }
        }
        int compared = 0;
        for (JsonNode finding : ours.get("findings")) {
            if (finding.get("attributes").size() == attributes.size()) {
                String criterion = finding.get("criterion").asText();
                assertThat(finding.get("value").asDouble())
                        .as(criterion)
                        .isCloseTo(theirs.get(criterion).asDouble(), within(1e-12));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(5);
    }

    private static boolean isGroup(JsonNode group, List<String> attributes, JsonNode values) {
        if (group.size() != attributes.size()) {
            return false;
        }
        Iterator<JsonNode> value = values.iterator();
        return attributes.stream()
                .allMatch(attribute ->
                        group.path(attribute).asText().equals(value.next().asText()));
    }

    @Test
    void shouldPrintWhatAPersonCanRead() throws IOException {
        Outcome outcome = run(
                file("60 old 1 1 0.75", "40 old 0 0 0.25", "30 young 1 1 0.75", "70 young 0 0 0.25", "3 tall 1 1 0.5"),
                with("--score", "p"));
        assertThat(outcome.out()).isEqualTo("""
                203 decisions, the truth of 203 is known; in brackets what a rate may be, with 95 % confidence

                group      size  selected             ratio  true positive rate   false positive rate  precision            calibration gap  error
                who=old     100  0.600 (0.502 0.691)  1.000  1.000 (0.940 1.000)  0.000 (0.000 0.088)  1.000 (0.940 1.000)            0.050  0.250
                who=tall      3  1.000 (0.439 1.000)  1.667  1.000 (0.439 1.000)  -                    1.000 (0.439 1.000)            0.500  0.500
                who=young   100  0.300 (0.219 0.396)  0.500  1.000 (0.886 1.000)  0.000 (0.000 0.052)  1.000 (0.886 1.000)           -0.100  0.250

                criterion                      of   value                 allowed      verdict  between
                demographic parity difference  who  0.300 (0.163 0.422)   up to 0.05   PAST     who=old against who=young; too few: who=tall
                demographic parity ratio       who  0.500 (0.356 0.702)   0.8 to 1.25  PAST     who=young against who=old; too few: who=tall
                equal opportunity difference   who  0.000 (-0.114 0.060)  up to 0.05   within   who=young against who=old; too few: who=tall
                equalized odds difference      who  0.000 (-0.143 0.077)  up to 0.05   within   who=young against who=old; too few: who=tall
                predictive parity difference   who  0.000 (-0.114 0.060)  up to 0.05   within   who=young against who=old; too few: who=tall
                calibration difference         who  0.150 (0.013 0.272)   up to 0.05   PAST     who=old against who=young; too few: who=tall

                No verdict for groups of fewer than 30: who=tall (3)
                """);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void shouldPassWhatIsAllowed() throws IOException {
        Path file = file("50 a 1 1 ", "50 a 0 0 ", "48 b 1 1 ", "52 b 0 0 ");
        assertThat(run(file, with()).status()).isZero();
        assertThat(run(file, with("--max-difference", "0.01")).status()).isEqualTo(1);
        assertThat(run(file, with("--min-ratio", "0.97")).status()).isEqualTo(1);
    }

    @Test
    void shouldCountWhoseTruthIsNotKnownYet() throws IOException {
        JsonNode tree = json(file("50 a 1 1 ", "50 a 0  ", "50 b 1  ", "50 b 0 0 "), with());
        assertThat(tree.get("everybody").get("size").asInt()).isEqualTo(200);
        assertThat(tree.get("everybody").get("known").asInt()).isEqualTo(100);
        assertThat(tree.get("groups").get(0).get("selection_rate").get("value").asDouble())
                .isEqualTo(0.5);
        assertThat(tree.get("groups")
                        .get(0)
                        .get("false_positive_rate")
                        .get("value")
                        .isNull())
                .isTrue();
    }

    @Test
    void shouldLookAtEachPartAlone() throws IOException {
        StringBuilder text = new StringBuilder("month,who,said,was\n");
        for (int month : new int[] {10, 9}) {
            text.append((month + ",a,1,1\n").repeat(30));
            text.append((month + ",b," + (month == 9 ? 0 : 1) + ",1\n").repeat(30));
        }
        Path file = Files.writeString(folder.resolve("months.csv"), text);
        JsonNode tree = json(file, with("--over", "month"));
        assertThat(tree.get("over").properties().stream()
                        .map(part -> part.getKey() + " " + part.getValue().get("past")))
                .containsExactly("9 true", "10 false");
        assertThat(run(file, with("--over", "month")).out())
                .contains("    9    60  demographic parity difference  who  1.000 (")
                .contains("   10    60  demographic parity difference  who  0.000 (");
    }

    @Test
    void shouldReadQuotesBytesThatMarkUtf8AndLinesOfWindows() throws IOException {
        Path file = Files.writeString(
                folder.resolve("odd.csv"),
                "\uFEFFwho,said,was\r\n" + "\"one, two\",1.0,1\r\n".repeat(30)
                        + "\"a \"\"b\"\"\",0,true\r\n".repeat(30));
        JsonNode tree = json(file, with());
        assertThat(tree.get("groups").get(0).get("group").get("who").asText()).isEqualTo("a \"b\"");
        assertThat(tree.get("groups").get(1).get("group").get("who").asText()).isEqualTo("one, two");
        assertThat(tree.get("groups")
                        .get(1)
                        .get("true_positive_rate")
                        .get("part")
                        .asInt())
                .isEqualTo(30);
    }

    @Test
    void shouldWriteWhatProgramsRead() throws IOException {
        Path report = folder.resolve("report.json");
        Outcome outcome = run(file("50 a 1 1 ", "50 b 1 1 "), with("--json", report.toString()));
        assertThat(outcome.out()).startsWith("100 decisions");
        assertThat(JSON.readTree(report.toFile()).get("past").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--label nothing --prediction said --group who|has no column 'nothing'; its columns are who, said, was, p",
                "--label was --prediction who --group who|column 'who' is not binary: line 2 has 'a'",
                "--label was --prediction said --group who --positive 7|two values are wanted, of which '7' is one",
                "--label was --prediction said --group who --score said --reference who=z|nobody in the file is that group",
                "--label was --prediction said --group who --min-group 0|the least size of a group is at least 1",
                "--label p --prediction said --group who|column 'p' is not binary: line 2 has '1.5'",
                "--label was --prediction said --group who --score p|line 2 has '1.5' in column 'p'",
                "--label was --prediction said --group who --min-group 1000|nothing can be said"
            })
    void shouldSayWhatIsWrong(String options, String message) throws IOException {
        Outcome outcome = run(file("50 a 1 1 1.5", "50 b 0 0 0.5"), options.split(" "));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("millrace: ").contains(message);
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        assertThat(run(folder.resolve("none.csv"), with()).err()).startsWith("millrace: there is no file");
        assertThat(run(Files.writeString(folder.resolve("1.csv"), ""), with()).err())
                .contains("1.csv is empty");
        assertThat(run(Files.writeString(folder.resolve("2.csv"), "who,said,was\n"), with())
                        .err())
                .contains("has a head and no rows");
        assertThat(run(Files.writeString(folder.resolve("3.csv"), "who,said,was\na,1,1\na,1\n"), with())
                        .err())
                .contains("line 3 of")
                .contains("has 2 cells, and its head has 3");
        assertThat(run(Files.writeString(folder.resolve("4.csv"), "who,said,was\na,,1\n"), with())
                        .err())
                .contains("has nothing in column 'said'");
        StringBuilder ids = new StringBuilder("who,said,was\n");
        for (int i = 0; i < 200; i++) {
            ids.append(i).append(",1,1\n");
        }
        assertThat(run(Files.writeString(folder.resolve("5.csv"), ids), with()).err())
                .contains("column 'who' has more than 100 values");
    }

    /**
     * Broward County's COMPAS scores, with the rates that ProPublica published. They may not be shipped: {@code
     * MILLRACE_DATA} names a folder that has {@code fairness/compas_two_years.csv.gz}.
     */
    @Test
    void shouldSayWhatProPublicaPublished() throws IOException {
        Path file = ofData("compas_two_years.csv.gz");
        String[] options = {"--label", "two_year_recid", "--prediction", "prediction", "--group", "race"};
        JsonNode tree = json(file, options);
        JsonNode black = tree.get("groups").get(0);
        assertThat(black.get("group").get("race").asText()).isEqualTo("African-American");
        assertThat(black.get("false_positive_rate").get("value").asDouble()).isCloseTo(0.4485, within(5e-5));
        assertThat(black.get("false_negative_rate").get("value").asDouble()).isCloseTo(0.2799, within(5e-5));
        JsonNode white = tree.get("groups").get(2);
        assertThat(white.get("group").get("race").asText()).isEqualTo("Caucasian");
        assertThat(white.get("false_positive_rate").get("value").asDouble()).isCloseTo(0.2345, within(5e-5));
        assertThat(white.get("false_negative_rate").get("value").asDouble()).isCloseTo(0.4772, within(5e-5));
        assertThat(run(file, options).out()).endsWith("fewer than 30: race=Native American (18)\n");
        assertThat(run(file, options).status()).isEqualTo(1);
    }

    private static Path ofData(String name) {
        String folder = System.getenv("MILLRACE_DATA");
        assumeTrue(folder != null, "MILLRACE_DATA is not set");
        Path file = Path.of(folder, "fairness", name);
        assumeTrue(Files.isRegularFile(file), () -> "there is no " + file);
        return file;
    }
}
