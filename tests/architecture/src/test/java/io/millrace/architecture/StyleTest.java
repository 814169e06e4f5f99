package io.millrace.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.millrace.architecture.planted.style.Exits;
import io.millrace.architecture.planted.style.InjectsIntoAField;
import io.millrace.architecture.planted.style.JobUtils;
import io.millrace.architecture.planted.unmarked.Unmarked;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Habits that hold in every module. */
class StyleTest {

    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould(haveSimpleNameMatching(
                    ".*(Helper|Utils?|Impl|Common|Base|Data|Info)|(Abstract|Base|Common)[A-Z].*"))
            .because("such a name fits anything and so everything gathers under it;"
                    + " name the class by what it is: a Policy, a Codec, a Projection, or the thing itself");

    static final ArchRule PACKAGES_ARE_NULL_MARKED = classes()
            .should(new ArchCondition<>("be in a package marked @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(new SimpleConditionEvent(
                            type, marked, type.getName() + " is in " + type.getPackageName() + ", not @NullMarked"));
                }
            })
            .because("the compiler checks for null only where a package says so;"
                    + " add a package-info.java with @NullMarked");

    static final ArchRule ONLY_PROGRAMS_EXIT = noClasses()
            .that(new DescribedPredicate<>("are no program (main) or agent (premain) of the cli or the local stack") {
                @Override
                public boolean test(JavaClass type) {
                    boolean program = type.tryGetMethod("main", String[].class).isPresent()
                            || type.tryGetMethod("premain", String.class).isPresent();
                    return !program
                            || !List.of("io.millrace.cli", "io.millrace.local").contains(type.getPackageName());
                }
            })
            .should()
            .accessTargetWhere(target(owner(type(System.class)).or(owner(type(Runtime.class))))
                    .and(target(name("exit")).or(target(name("halt")))))
            .because("code that ends the process can't be tested and takes everything else in it along;"
                    + " throw, and let main choose the exit status");

    static final ArchRule FIELDS_ARE_NOT_INJECTED = noFields()
            .should()
            .beAnnotatedWith("jakarta.inject.Inject")
            .orShould()
            .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty")
            .because("a class made without its container would hold nulls; take what it needs in the constructor");

    private static ArchCondition<JavaClass> haveSimpleNameMatching(String pattern) {
        return new ArchCondition<>("have a simple name matching " + pattern) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean matches = type.getSimpleName().matches(pattern);
                events.add(new SimpleConditionEvent(type, matches, type.getName() + " matches " + pattern));
            }
        };
    }

    static Stream<ArchRule> rules() {
        return Stream.of(
                NAMES_SAY_WHAT_A_CLASS_IS, PACKAGES_ARE_NULL_MARKED, ONLY_PROGRAMS_EXIT, FIELDS_ARE_NOT_INJECTED);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void shouldHoldInEveryModule(ArchRule rule) {
        rule.check(Code.SHIPPED);
    }

    static Stream<Class<?>> badNames() {
        return Arrays.stream(JobUtils.class.getDeclaredClasses());
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void shouldRefuseANameThatFitsAnything(Class<?> planted) {
        assertThat(Code.refuses(NAMES_SAY_WHAT_A_CLASS_IS, planted)).isTrue();
        assertThat(Code.refuses(NAMES_SAY_WHAT_A_CLASS_IS, JobUtils.class)).isTrue();
    }

    @Test
    void shouldRefuseAPackageThatIsNotNullMarked() {
        assertThat(Code.refuses(PACKAGES_ARE_NULL_MARKED, new ClassFileImporter().importPackagesOf(Unmarked.class)))
                .isTrue();
        assertThat(Code.refuses(PACKAGES_ARE_NULL_MARKED, Code.planted("style")))
                .isFalse();
    }

    static Stream<Class<?>> exits() {
        return Arrays.stream(Exits.class.getDeclaredClasses());
    }

    @ParameterizedTest
    @MethodSource("exits")
    void shouldRefuseCodeThatEndsTheProcess(Class<?> planted) {
        assertThat(Code.refuses(ONLY_PROGRAMS_EXIT, planted)).isTrue();
    }

    @Test
    void shouldRefuseInjectionIntoAField() {
        assertThat(Code.refuses(FIELDS_ARE_NOT_INJECTED, InjectsIntoAField.class))
                .isTrue();
    }
}
