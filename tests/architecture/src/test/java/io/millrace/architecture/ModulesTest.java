package io.millrace.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which module may know which. Each rule is made for a root package, so that it can be shown on planted code. */
class ModulesTest {

    static final List<String> SERVICES = List.of("scheduler", "tracker", "governance", "cost", "monitor");

    /** What is outside of services: it starts them, talks to them, plays their users, or tests them. */
    static final List<String> CLIENTS = List.of("agent", "bench", "cli", "client", "local", "simulator", "testkit");

    static final int MOST_CLASSES_OF_STREAMS = 25;

    static ArchRule servicesStandAlone(String root) {
        SliceAssignment byService = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SERVICES.stream()
                        .filter(service ->
                                resideInAPackage(root + "." + service + "..").test(type))
                        .findFirst()
                        .map(SliceIdentifier::of)
                        .orElse(SliceIdentifier.ignore());
            }

            @Override
            public String getDescription() {
                return "services";
            }
        };
        return slices().assignedFrom(byService)
                .should()
                .notDependOnEachOther()
                .because("services meet in topics only, so that each can be changed, stopped and rebuilt alone;"
                        + " read the other's output topic instead");
    }

    static ArchRule servicesKnowNoClient(String root) {
        return noClasses()
                .that(resideInAnyOf(root, SERVICES))
                .should()
                .dependOnClassesThat(resideInAnyOf(root, CLIENTS))
                .because("a service is started by others and knows none of them;"
                        + " what several services need belongs into libs");
    }

    static ArchRule clientsKnowTopicsOnly(String root) {
        return noClasses()
                .that(resideInAnyOf(root, List.of("simulator", "agent", "client")))
                .should()
                .dependOnClassesThat(resideInAnyOf(root, SERVICES))
                .because("users and nodes, played or real, know topics only and nothing of a service's inside;"
                        + " read and write topics");
    }

    static ArchRule libsStandBelow(String root) {
        return noClasses()
                .that(resideInAnyOf(root, List.of("streams", "access", "service")))
                .should()
                .dependOnClassesThat(resideInAnyOf(
                        root, Stream.concat(SERVICES.stream(), CLIENTS.stream()).toList()))
                .because("every service stands on libs; what only one service needs belongs to that service");
    }

    private static DescribedPredicate<JavaClass> resideInAnyOf(String root, List<String> modules) {
        return JavaClass.Predicates.resideInAnyPackage(
                modules.stream().map(module -> root + "." + module + "..").toArray(String[]::new));
    }

    private static List<String> topLevelClasses(JavaClasses classes, String packageIdentifier) {
        return classes.that(resideInAPackage(packageIdentifier)).stream()
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info"))
                .sorted()
                .toList();
    }

    @Test
    void shouldKeepServicesApart() {
        servicesStandAlone(Code.MILLRACE).check(Code.SHIPPED);
        servicesKnowNoClient(Code.MILLRACE).check(Code.SHIPPED);
    }

    @Test
    void shouldRefuseAServiceThatUsesAnother() {
        assertThat(Code.refuses(servicesStandAlone(Code.PLANTED), Code.planted("")))
                .isTrue();
    }

    @Test
    void shouldRefuseAServiceThatUsesAClient() {
        assertThat(Code.refuses(servicesKnowNoClient(Code.PLANTED), Code.planted("tracker")))
                .isTrue();
    }

    @Test
    void shouldKeepUsersAndNodesOutOfServices() {
        clientsKnowTopicsOnly(Code.MILLRACE).check(Code.SHIPPED);
    }

    @Test
    void shouldRefuseASimulatorThatUsesAService() {
        assertThat(Code.refuses(clientsKnowTopicsOnly(Code.PLANTED), Code.planted("simulator")))
                .isTrue();
    }

    @Test
    void shouldKeepLibsBelowServices() {
        libsStandBelow(Code.MILLRACE).check(Code.SHIPPED);
    }

    @Test
    void shouldRefuseStreamsThatUseAService() {
        assertThat(Code.refuses(libsStandBelow(Code.PLANTED), Code.planted("streams")))
                .isTrue();
    }

    @Test
    void shouldKeepStreamsSmall() {
        assertThat(topLevelClasses(Code.SHIPPED, "io.millrace.streams.."))
                .as("libs/streams is what every service must understand, so it stays small;"
                        + " move what one service alone needs into that service")
                .hasSizeBetween(1, MOST_CLASSES_OF_STREAMS);
    }

    @Test
    void shouldCountTopLevelClassesOnly() {
        assertThat(topLevelClasses(Code.planted("domain"), Code.PLANTED + ".domain.."))
                .containsExactly("Impure", "Unrepeatable");
    }

    @Test
    void shouldKnowEveryService() throws IOException {
        assertThat(SERVICES).as("add the new service to SERVICES").containsAll(folders(Code.ROOT.resolve("services")));
    }

    /** Rules pass on code they never saw, so each module's packages must be among those read. */
    @Test
    void shouldReadEveryModule() throws IOException {
        Set<String> read = new TreeSet<>();
        Code.SHIPPED.forEach(type -> read.add(type.getPackageName()));
        Set<String> written = new TreeSet<>();
        for (String group : List.of("libs", "services", "clients", "deploy")) {
            for (String module : folders(Code.ROOT.resolve(group))) {
                Path sources = Code.ROOT.resolve(group).resolve(module).resolve("src/main/java");
                if (Files.isDirectory(sources)) {
                    written.addAll(packages(sources));
                }
            }
        }
        assertThat(read)
                .as("a module is missing from the dependencies of tests/architecture/pom.xml")
                .containsAll(written);
    }

    private static Set<String> packages(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            Set<String> packages = new TreeSet<>();
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> packages.add(
                            sources.relativize(file.getParent()).toString().replace(File.separatorChar, '.')));
            return packages;
        }
    }

    private static List<String> folders(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
