package io.millrace.tracker.domain.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.SeededRandom;
import io.millrace.tracker.domain.registry.ModelCommand.DeleteModel;
import io.millrace.tracker.domain.registry.ModelCommand.RegisterModel;
import io.millrace.tracker.domain.registry.ModelCommand.RegisterVersion;
import io.millrace.tracker.domain.registry.ModelCommand.RenameModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {

    private static final List<String> NAMES = List.of("a", "b", "c");

    private static ModelCommand command(SeededRandom random) {
        int version = 1 + random.nextInt(4);
        Integer ofWhat = random.nextBoolean() ? null : version;
        return switch (random.nextInt(14)) {
            case 0, 1 -> new RegisterModel("d" + random.nextInt(9), Map.of("t", "0"));
            case 2, 3, 4 -> new RegisterVersion("s", "run" + random.nextInt(9), null, "", Map.of());
            case 5 -> new RenameModel(random.pick(NAMES));
            case 6 -> new ModelCommand.DescribeModel("e" + random.nextInt(9));
            case 7 -> new ModelCommand.DescribeVersion(version, "f" + random.nextInt(9));
            case 8 -> random.onceIn(3) ? new DeleteModel() : new ModelCommand.DeleteVersion(version);
            case 9 -> new ModelCommand.SetTag(ofWhat, "t", "v" + random.nextInt(9));
            case 10 -> new ModelCommand.RemoveTag(ofWhat, "t");
            case 11 -> new ModelCommand.SetAlias(random.pick("x", "y"), version);
            case 12 -> new ModelCommand.RemoveAlias(random.pick("x", "y"));
            default ->
                new ModelCommand.ChangeStage(
                        version, random.pick("None", "Staging", "Production"), random.nextBoolean());
        };
    }

    @Test
    void shouldBeThatOfItsLogAtEveryMoment() {
        SeededRandom random = SeededRandom.of("a registry's past");
        for (int round = 0; round < 20; round++) {
            RegistryScript script = new RegistryScript();
            Map<Long, String> pictures = new TreeMap<>();
            for (int i = 0; i < 200; i++) {
                script.say(random.pick(NAMES), command(random));
                pictures.put(script.now, RegistryScript.picture(script.registry));
            }
            ModelRegistry rebuilt = new ModelRegistry();
            script.log.forEach(entry -> assertThat(rebuilt.evolve(entry)).isTrue());
            assertThat(RegistryScript.picture(rebuilt)).isEqualTo(RegistryScript.picture(script.registry));
            pictures.forEach((at, picture) -> {
                List<String> past = new ArrayList<>();
                NAMES.forEach(name ->
                        rebuilt.asOf(name, at).map(RegistryScript::picture).ifPresent(past::add));
                assertThat(past.toString()).isEqualTo(picture);
            });
        }
    }

    @Test
    void shouldLeaveOutWhatSpeaksOfWhatIsNotThere() {
        SeededRandom random = SeededRandom.of("a registry's log with parts missing");
        for (int round = 0; round < 50; round++) {
            RegistryScript script = new RegistryScript();
            for (int i = 0; i < 100; i++) {
                script.say(random.pick(NAMES), command(random));
            }
            ModelRegistry rebuilt = new ModelRegistry();
            List<RegistryEntry> held = new ArrayList<>();
            for (RegistryEntry entry : script.log) {
                String before = RegistryScript.picture(rebuilt);
                if (!random.onceIn(5) && rebuilt.evolve(entry)) {
                    held.add(entry);
                } else {
                    assertThat(RegistryScript.picture(rebuilt)).isEqualTo(before);
                }
            }
            ModelRegistry again = new ModelRegistry();
            held.forEach(entry -> assertThat(again.evolve(entry)).isTrue());
            assertThat(RegistryScript.picture(again)).isEqualTo(RegistryScript.picture(rebuilt));
        }
    }

    @Test
    void shouldKnowAllThatEverHadAName() {
        RegistryScript script = new RegistryScript();
        script.say("a", new RegisterModel("first", Map.of()));
        script.say("a", new RegisterVersion("s", "r", null, "", Map.of()));
        script.say("a", new RenameModel("b"));
        script.say("a", new RegisterModel("second", Map.of()));
        script.say("a", new DeleteModel());
        assertThat(script.registry.history("a")).isEqualTo(script.log);
        assertThat(script.registry.history("b")).isEqualTo(script.log.subList(0, 3));
        assertThat(script.registry.asOf("a", 1002).orElseThrow().description()).isEqualTo("first");
        assertThat(script.registry.asOf("a", 1003)).isEmpty();
        assertThat(script.registry.asOf("a", 1004).orElseThrow().description()).isEqualTo("second");
        assertThat(script.registry.asOf("a", 1005)).isEmpty();
        assertThat(script.registry.asOf("b", 1005).orElseThrow().versions()).hasSize(1);
        assertThat(script.registry.history("none")).isEmpty();
    }
}
