/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.rest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who may know whom in the HTTP bridge. */
final class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.quorummq.rest");

    @Test
    void theBridgeDoesNotKnowArtemis() {
        // CmqBridge only carries settings: it is what broker.xml can name
        noClasses()
                .that()
                .doNotHaveSimpleName("CmqBridge")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.activemq..", "io.quorummq.core.artemis..")
                .check(classes);
    }

    @Test
    void onlyTheHttpPackageKnowsJaxRsServletsAndJetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorummq.rest.http")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta..", "org.glassfish..", "org.eclipse..")
                .check(classes);
    }

    @Test
    void actionsDoNotKnowHttpAndThereAreNoCycles() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.rest.action..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quorummq.rest.http")
                .check(classes);
        slices().matching("io.quorummq.rest.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void timeAndChanceComeInThroughConstructors() {
        noClasses().should().callMethod(Instant.class, "now").check(classes);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(classes);
        noClasses().should().callMethod(Math.class, "random").check(classes);
        noClasses().should().callConstructor(Random.class).check(classes);
        noClasses().should().callMethod(Clock.class, "systemUTC").check(classes);
    }
}
