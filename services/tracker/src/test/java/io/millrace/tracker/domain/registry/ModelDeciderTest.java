package io.millrace.tracker.domain.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tracker.domain.registry.Decision.Accepted;
import io.millrace.tracker.domain.registry.Decision.Reason;
import io.millrace.tracker.domain.registry.Decision.Refused;
import io.millrace.tracker.domain.registry.ModelCommand.ChangeStage;
import io.millrace.tracker.domain.registry.ModelCommand.DeleteModel;
import io.millrace.tracker.domain.registry.ModelCommand.DeleteVersion;
import io.millrace.tracker.domain.registry.ModelCommand.RegisterModel;
import io.millrace.tracker.domain.registry.ModelCommand.RegisterVersion;
import io.millrace.tracker.domain.registry.ModelCommand.RemoveAlias;
import io.millrace.tracker.domain.registry.ModelCommand.RemoveTag;
import io.millrace.tracker.domain.registry.ModelCommand.RenameModel;
import io.millrace.tracker.domain.registry.ModelCommand.SetAlias;
import io.millrace.tracker.domain.registry.ModelCommand.SetTag;
import io.millrace.tracker.domain.registry.RegistryEvent.StageChanged;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDeciderTest {

    private final RegistryScript script = new RegistryScript();

    private RegisteredModel digits() {
        return script.registry.model("digits").orElseThrow();
    }

    private void begin(int versions) {
        script.say("digits", new RegisterModel("reads digits", Map.of("kind", "vision")));
        for (int i = 1; i <= versions; i++) {
            script.say("digits", new RegisterVersion("place/" + i, "run" + i, null, "", Map.of()));
        }
    }

    @Test
    void shouldRegisterAModelOnce() {
        begin(0);
        assertThat(digits().tags()).containsExactly(Map.entry("kind", "vision"));
        assertThat(script.say("digits", new RegisterModel("", Map.of())))
                .isEqualTo(new Refused(Reason.ALREADY_EXISTS, "Registered Model (name=digits) already exists."));
    }

    @Test
    void shouldNeverGiveANumberTwice() {
        begin(2);
        script.say("digits", new DeleteVersion(2));
        script.say("digits", new RegisterVersion("place/3", null, null, "", Map.of()));
        assertThat(digits().versions()).extracting(ModelVersion::number).containsExactly(1, 3);
        assertThat(script.say("digits", new DeleteVersion(2)))
                .isEqualTo(new Refused(Reason.NOT_FOUND, "Model Version (name=digits, version=2) not found"));
    }

    @Test
    void shouldLetAnAliasNameOneVersion() {
        begin(2);
        script.say("digits", new SetAlias("champion", 1));
        script.say("digits", new SetAlias("champion", 2));
        script.say("digits", new SetAlias("old", 1));
        assertThat(digits().aliases()).isEqualTo(Map.of("champion", 2, "old", 1));
        script.say("digits", new DeleteVersion(2));
        assertThat(digits().aliases()).isEqualTo(Map.of("old", 1));
        assertThat(script.say("digits", new RemoveAlias("champion"))).isEqualTo(new Accepted(List.of()));
    }

    @Test
    void shouldArchiveWhatAVersionTakesThePlaceOf() {
        begin(3);
        script.say("digits", new ChangeStage(1, "production", false));
        script.say("digits", new ChangeStage(2, "Production", false));
        assertThat(script.say("digits", new ChangeStage(3, "PRODUCTION", true)))
                .isEqualTo(new Accepted(List.of(
                        new StageChanged(1, Stage.ARCHIVED, 3),
                        new StageChanged(2, Stage.ARCHIVED, 3),
                        new StageChanged(3, Stage.PRODUCTION, null))));
        assertThat(digits().latest()).extracting(ModelVersion::number).containsExactly(3, 2);
    }

    @Test
    void shouldTakeAlongAllThatAModelHasWhenItIsRenamed() {
        begin(1);
        script.say("digits", new SetAlias("champion", 1));
        assertThat(script.say("digits", new RenameModel("numerals"))).isInstanceOf(Accepted.class);
        assertThat(script.registry.model("digits")).isEmpty();
        RegisteredModel numerals = script.registry.model("numerals").orElseThrow();
        assertThat(numerals.aliases()).isEqualTo(Map.of("champion", 1));
        script.say("digits", new RegisterModel("others", Map.of()));
        assertThat(script.say("digits", new RenameModel("numerals")))
                .isEqualTo(new Refused(Reason.ALREADY_EXISTS, "Registered Model (name=numerals) already exists."));
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertThat(script.say("digits", new DeleteModel()))
                .isEqualTo(new Refused(Reason.NOT_FOUND, "Registered Model with name=digits not found"));
        begin(1);
        assertThat(script.say("digits", new SetTag(7, "a", "b")))
                .isEqualTo(new Refused(Reason.NOT_FOUND, "Model Version (name=digits, version=7) not found"));
        assertThat(script.say("digits", new RemoveTag(null, "none"))).isEqualTo(new Accepted(List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ^^      | Missing value for required parameter 'name'.
            ^ ^     | Missing value for required parameter 'name'.
            a/b     | Invalid model name 'a/b'. Names cannot contain '/' or ':'.
            a:b     | Invalid model name 'a:b'. Names cannot contain '/' or ':'.
            ..      | Invalid value ".." for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '..'
            """)
    void shouldRefuseANameAsMlflowDoes(String name, String message) {
        assertThat(script.say(name, new RegisterModel("", Map.of()))).isEqualTo(new Refused(Reason.INVALID, message));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ^^       | Registered model alias name cannot be empty.
            a b      | Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), and dashes (-).
            Latest   | 'latest' alias name (case insensitive) is reserved.
            v12      | Version alias name 'v12' is reserved.
            """)
    void shouldRefuseAnAliasAsMlflowDoes(String alias, String message) {
        begin(1);
        assertThat(script.say("digits", new SetAlias(alias, 1))).isEqualTo(new Refused(Reason.INVALID, message));
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        begin(1);
        assertThat(script.say("digits", new SetAlias("a".repeat(256), 1)))
                .isEqualTo(new Refused(
                        Reason.INVALID, "'Registered model alias name' exceeds the maximum length of 255 characters"));
        assertThat(script.say("digits", new SetTag(null, "k".repeat(251), "")))
                .isEqualTo(new Refused(Reason.INVALID, "'key' exceeds the maximum length of 250 characters"));
        assertThat(script.say("digits", new SetTag(1, "k", "v".repeat(100_001))))
                .isEqualTo(new Refused(Reason.INVALID, "'value' exceeds the maximum length of 100000 characters"));
        assertThat(script.say("digits", new SetTag(1, "ключ 名", "v".repeat(100_000))))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void shouldRefuseAStageAsMlflowDoes() {
        begin(1);
        assertThat(script.say("digits", new ChangeStage(1, "Live", false)))
                .isEqualTo(
                        new Refused(
                                Reason.INVALID,
                                "Invalid Model Version stage: Live. Value must be one of None, Staging, Production, Archived."));
        assertThat(script.say("digits", new ChangeStage(1, "Archived", true)))
                .isEqualTo(new Refused(
                        Reason.INVALID,
                        "Model version transition cannot archive existing model versions because 'Archived' is not an"
                                + " Active stage. Valid stages are ['Staging', 'Production']"));
    }
}
