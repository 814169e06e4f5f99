package io.millrace.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.lang.ArchRule;
import io.millrace.architecture.planted.domain.Impure;
import io.millrace.architecture.planted.domain.Unrepeatable;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A domain package decides; the same inputs give the same decision, today and when its log is read again. */
class DomainTest {

    static final ArchRule IS_PURE = noClasses()
            .that()
            .resideInAPackage("..domain..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka..",
                    "org.apache.avro..",
                    "io.millrace.events..",
                    "io.millrace.stores..",
                    "io.quarkus..",
                    "io.smallrye..",
                    "jakarta..",
                    "org.eclipse.microprofile..",
                    "com.fasterxml..",
                    "java.io..",
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..")
            .because("a decision rests on its arguments alone, and is tested without a broker;"
                    + " turn records into commands in codec, read and write in topology or api");

    static final ArchRule IS_REPEATABLE = noClasses()
            .that()
            .resideInAPackage("..domain..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(
                    java.util.Random.class,
                    java.util.SplittableRandom.class,
                    java.util.concurrent.ThreadLocalRandom.class,
                    java.util.random.RandomGenerator.class,
                    java.security.SecureRandom.class,
                    java.time.Clock.class)
            .orShould()
            .accessTargetWhere(target(owner(type(java.util.UUID.class))).and(target(name("randomUUID"))))
            .orShould()
            .accessTargetWhere(target(owner(type(System.class)))
                    .and(target(name("currentTimeMillis")).or(target(name("nanoTime")))))
            .orShould()
            .accessTargetWhere(target(owner(type(Math.class)).or(owner(type(StrictMath.class))))
                    .and(target(name("random"))))
            .orShould()
            .accessTargetWhere(target(owner(resideInAPackage("java.time.."))).and(target(name("now"))))
            .because("a decision is taken again when its log is replayed and must come out the same;"
                    + " take the time and new ids from the context that decide is given");

    @Test
    void shouldKeepDomainsPure() {
        IS_PURE.check(Code.SHIPPED);
    }

    @Test
    void shouldKeepDomainsRepeatable() {
        IS_REPEATABLE.check(Code.SHIPPED);
    }

    static Stream<Class<?>> impure() {
        return Arrays.stream(Impure.class.getDeclaredClasses());
    }

    static Stream<Class<?>> unrepeatable() {
        return Arrays.stream(Unrepeatable.class.getDeclaredClasses());
    }

    @ParameterizedTest
    @MethodSource("impure")
    void shouldRefuseAnImpureDomain(Class<?> planted) {
        assertThat(Code.refuses(IS_PURE, planted)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("unrepeatable")
    void shouldRefuseAnUnrepeatableDomain(Class<?> planted) {
        assertThat(Code.refuses(IS_REPEATABLE, planted)).isTrue();
    }
}
