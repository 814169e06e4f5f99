package io.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.Objects;

/** The code that the rules read: what ships, and what is planted to break a rule. */
final class Code {

    /** The root of the checkout. */
    static final Path ROOT = Path.of(Objects.requireNonNull(
            System.getProperty("millrace.root"), "run with -Dmillrace.root=<root of the checkout>"));

    /** Package of everything written by hand. */
    static final String MILLRACE = "io.millrace";

    /** Root package of the planted code, laid out like {@link #MILLRACE}. */
    static final String PLANTED = "io.millrace.architecture.planted";

    static final JavaClasses SHIPPED = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(MILLRACE)
            .that(not(resideInAnyPackage("io.millrace.events..", "io.millrace.stores..")));

    private Code() {}

    static JavaClasses planted(String folder) {
        return new ClassFileImporter().importPackages(PLANTED + "." + folder);
    }

    static boolean refuses(ArchRule rule, JavaClasses classes) {
        return rule.evaluate(classes).hasViolation();
    }

    static boolean refuses(ArchRule rule, Class<?> type) {
        return refuses(rule, new ClassFileImporter().importClasses(type));
    }
}
