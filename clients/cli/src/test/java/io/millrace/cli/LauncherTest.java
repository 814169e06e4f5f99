package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.ProjectRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a folder of its own, with a Maven and JDKs that only say that they were called. */
class LauncherTest {

    private static final String MAVEN = """
            #!/bin/bash
            echo "mvn in $PWD with $JAVA_HOME: $*" >> "$MAVEN_CALLS"
            [ -z "$MAVEN_FAILS" ] || { echo "BUILD FAILURE: no such luck"; exit 1; }
            mkdir -p clients/cli/target/lib deploy/local/target/registry services/scheduler/target/quarkus-app
            touch clients/cli/target/lib/cli-1.jar deploy/local/target/registry/quarkus-run.jar
            touch services/scheduler/target/quarkus-app/quarkus-run.jar
            """;

    private record Outcome(int status, String out, String err) {}

    @TempDir
    private Path folder;

    private Path root = Path.of("");
    private Path bin = Path.of("");

    @BeforeEach
    void copyLauncher() throws IOException {
        folder = folder.toRealPath();
        root = folder.resolve("project");
        bin = folder.resolve("bin");
        Files.createDirectories(bin);
        for (String source :
                new String[] {"schemas/avro", "libs/streams/src/main/java", "deploy", "clients", "bench"}) {
            Files.createDirectories(root.resolve(source));
        }
        Files.createDirectories(root.resolve("services/scheduler"));
        Files.writeString(root.resolve("services/scheduler/pom.xml"), "");
        Files.writeString(root.resolve("pom.xml"), "");
        Files.copy(ProjectRoot.find().resolve("millrace"), root.resolve("millrace"));
        program(bin.resolve("mvn"), MAVEN);
        // A runtime, first on the PATH, hides the JDK that this machine may have there.
        program(bin.resolve("java"), "#!/bin/bash\n");
    }

    private static void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Path jdk(String name, String version) throws IOException {
        Path jdk = folder.resolve("jvm").resolve(name);
        program(jdk.resolve("bin/java"), "#!/bin/bash\necho \"" + name + ": $*\"\n");
        program(jdk.resolve("bin/javac"), "#!/bin/bash\n");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private Outcome run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("bash", root.resolve("millrace").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        bin + ":/usr/bin:/bin",
                        "HOME",
                        folder.toString(),
                        "MAVEN_CALLS",
                        folder.resolve("calls").toString(),
                        "MILLRACE_JVM_FOLDERS",
                        folder + "/jvm/*"));
        builder.environment().putAll(environment);
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.redirectError(folder.resolve("err").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("err"), StandardCharsets.UTF_8));
    }

    private String calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readString(calls) : "";
    }

    @Test
    void shouldTakeTheNewestJdkThatWillDo() throws Exception {
        jdk("a-17", "17.0.9");
        jdk("b-21", "21.0.1");
        Path newest = jdk("c-24", "24");
        jdk("d-8", "1.8.0_392");
        Outcome outcome = run(Map.of("JAVA_HOME", folder.resolve("jvm/b-21").toString()), "test", "-X");
        assertThat(outcome.status()).isZero();
        assertThat(calls()).isEqualTo("mvn in " + root + " with " + newest + ": -B verify -X\n");
    }

    @Test
    void shouldTakeTheJdkThatIsNamed() throws Exception {
        jdk("newer", "24");
        Path named = jdk("named", "21.0.1");
        run(Map.of("MILLRACE_JAVA_HOME", named.toString()), "test");
        assertThat(calls()).contains(" with " + named + ": ");
    }

    @Test
    void shouldRefuseANamedJdkThatIsTooOld() throws Exception {
        jdk("newer", "24");
        Path named = jdk("named", "17.0.1");
        Outcome outcome = run(Map.of("MILLRACE_JAVA_HOME", named.toString()), "test");
        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "millrace: MILLRACE_JAVA_HOME=" + named
                                + " is no JDK 21 or newer; point it at one or unset it.\n"));
    }

    @Test
    void shouldPassOverARuntimeWithoutACompiler() throws Exception {
        Files.delete(jdk("runtime", "25").resolve("bin/javac"));
        Path jdk = jdk("jdk", "21");
        run(Map.of(), "test");
        assertThat(calls()).contains(" with " + jdk + ": ");
    }

    @Test
    void shouldFollowTheJavaOfThePath() throws Exception {
        Path jdk = jdk("linked", "22");
        Files.delete(bin.resolve("java"));
        Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));
        run(Map.of("MILLRACE_JVM_FOLDERS", ""), "test");
        assertThat(calls()).contains(" with " + jdk + ": ");
    }

    @Test
    void shouldSayWhatToDoWithoutAJdk() throws Exception {
        jdk("a-17", "17.0.9");
        Outcome outcome = run(Map.of(), "status");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("millrace: no JDK 21 or newer found")
                .contains("MILLRACE_JAVA_HOME=/path/to/jdk ./millrace");
    }

    @Test
    void shouldSayThatMavenIsMissing() throws Exception {
        jdk("b-21", "21.0.1");
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool :
                new String[] {"bash", "sed", "head", "dirname", "basename", "readlink", "find", "ls", "date"}) {
            Path found = Path.of("/usr/bin", tool);
            Files.createSymbolicLink(tools.resolve(tool), Files.exists(found) ? found : Path.of("/bin", tool));
        }
        Outcome outcome = run(Map.of("PATH", tools.toString()), "status");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("millrace: Maven is missing; install it");
    }

    @Test
    void shouldExplainItselfWithoutJdkOrBuild() throws Exception {
        Outcome outcome = run(Map.of(), "--help");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).startsWith("Usage: ./millrace COMMAND");
        assertThat(run(Map.of()).status()).isEqualTo(2);
        assertThat(calls()).isEmpty();
    }

    @Test
    void shouldBuildOnceAndRun() throws Exception {
        Path jdk = jdk("b-21", "21.0.1");
        Outcome outcome = run(Map.of(), "up", "--pool", "a b");
        assertThat(outcome.err()).isEqualTo("building (first time: a minute or two) ...\n");
        assertThat(outcome.out())
                .isEqualTo("b-21: -XX:+UseSerialGC -Xshare:auto --enable-native-access=ALL-UNNAMED"
                        + " -XX:TieredStopAtLevel=1 -Dmillrace.root=" + root + " -cp " + root
                        + "/clients/cli/target/lib/* io.millrace.cli.Millrace up --pool a b\n");
        assertThat(calls())
                .isEqualTo("mvn in " + root + " with " + jdk + ": -B -q -Dquick -Dmaven.test.skip=true"
                        + " -pl clients/cli,services/scheduler -am package\n");
        assertThat(run(Map.of(), "up").err()).isEmpty();
        assertThat(calls().lines()).hasSize(1);
    }

    @Test
    void shouldMeasureWithTheCompilerThatServicesHave() throws Exception {
        jdk("b-21", "21.0.1");
        assertThat(run(Map.of(), "bench", "scheduler").out())
                .startsWith(
                        "b-21: -XX:+UseSerialGC -Xshare:auto --enable-native-access=ALL-UNNAMED -Xms2g -Xmx4g -Xmn1g ")
                .endsWith(" io.millrace.cli.Millrace bench scheduler\n");
    }

    @Test
    void shouldSpareNewerJdksTheWarningsTheyKnow() throws Exception {
        jdk("c-24", "24");
        assertThat(run(Map.of(), "up").out()).contains(" --sun-misc-unsafe-memory-access=allow ");
    }

    @Test
    void shouldBuildAgainAfterAChangeButNotBeneathARunningStack() throws Exception {
        jdk("b-21", "21.0.1");
        run(Map.of(), "up");
        Path source = Files.writeString(root.resolve("libs/streams/src/main/java/A.java"), "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(10)));
        assertThat(run(Map.of(), "status").err()).isEmpty();
        assertThat(run(Map.of(), "down").err()).isEmpty();
        assertThat(calls().lines()).hasSize(1);
        assertThat(run(Map.of(), "up").err()).startsWith("building");
        assertThat(calls().lines()).hasSize(2);
    }

    @Test
    void shouldShowWhyABuildFailsAndKeepWhatWasBuilt() throws Exception {
        jdk("b-21", "21.0.1");
        run(Map.of(), "up");
        Files.delete(root.resolve("target/.built"));
        Outcome outcome = run(Map.of("MAVEN_FAILS", "yes"), "up");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .isEqualTo("building (first time: a minute or two) ...\nBUILD FAILURE: no such luck\n"
                        + "millrace: the build failed; all of its log is in " + root + "/target/build.log\n");
        assertThat(root.resolve("clients/cli/target/lib/cli-1.jar")).exists();
        assertThat(run(Map.of(), "down").out()).startsWith("b-21: ");
    }

    @Test
    void shouldTakeOverTheLockOfABuildThatDied() throws Exception {
        jdk("b-21", "21.0.1");
        Files.createDirectories(root.resolve("target/.build-lock"));
        Files.writeString(root.resolve("target/.build-lock/pid"), Integer.toString(Integer.MAX_VALUE));
        assertThat(run(Map.of(), "up").status()).isZero();
        assertThat(root.resolve("target/.build-lock")).doesNotExist();
    }
}
