/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom in the whole product, as docs/architecture.md draws it. */
final class ArchitectureTest {
    private static final String[] ARTEMIS_SERVER = {
        "org.apache.activemq.artemis.core.server..",
        "org.apache.activemq.artemis.core.config..",
        "org.apache.activemq.artemis.core.journal..",
        "org.apache.activemq.artemis.core.io..",
        "org.apache.activemq.artemis.core.paging..",
        "org.apache.activemq.artemis.core.persistence..",
        "org.apache.activemq.artemis.core.postoffice..",
        "org.apache.activemq.artemis.core.security..",
        "org.apache.activemq.artemis.core.settings..",
        "org.apache.activemq.artemis.core.transaction..",
        "org.apache.activemq.artemis.protocol..",
        "org.apache.activemq.artemis.spi.."
    };
    /** Calls that ask the machine for the time, for luck or for sleep behind a test's back. */
    private static final Map<String, Set<String>> UNINJECTED = Map.of(
            "java.time.Instant", Set.of("now"),
            "java.time.LocalDateTime", Set.of("now"),
            "java.time.ZonedDateTime", Set.of("now"),
            "java.lang.System", Set.of("currentTimeMillis"),
            "java.lang.Math", Set.of("random"),
            "java.lang.Thread", Set.of("sleep"),
            "java.util.concurrent.ThreadLocalRandom", Set.of("current"));

    private static JavaClasses product;

    @BeforeAll
    static void read() {
        product = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.quorummq");
    }

    @Test
    void modulesKnowOnlyThoseBelowThem() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.core..")
                .should()
                .dependOnClassesThat(ours("io.quorummq.core.."))
                .check(product);
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.rest..")
                .should()
                .dependOnClassesThat(ours("io.quorummq.rest..", "io.quorummq.core.."))
                .check(product);
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication..")
                .should()
                .dependOnClassesThat(ours("io.quorummq.replication..", "io.quorummq.core.."))
                .check(product);
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.jms..")
                .should()
                .dependOnClassesThat(ours("io.quorummq.jms.."))
                .check(product);
    }

    @Test
    void theEngineOfArtemisIsKnownInTwoPlacesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.quorummq.core.artemis..", "io.quorummq.replication.artemis..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ARTEMIS_SERVER)
                .check(product);
    }

    @Test
    void theRulesOfTheCoreNeedNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage("io.quorummq.core..")
                .and()
                .resideOutsideOfPackage("io.quorummq.core.artemis..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.quorummq.core..", "java..", "javax.crypto..", "org.jspecify..", "org.slf4j..")
                .check(product);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.quorummq.core.(*)..").should().beFreeOfCycles().check(product);
        slices().matching("io.quorummq.(*)..").should().beFreeOfCycles().check(product);
    }

    @Test
    void jaxRsIsKnownToTheHttpServerOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorummq.rest.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..", "org.glassfish.jersey..")
                .check(product);
    }

    @Test
    void theJmsAdapterKnowsOnlyQpidAndJms() {
        classes()
                .that()
                .resideInAPackage("io.quorummq.jms..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorummq.jms..",
                        "java..",
                        "javax.naming..",
                        "javax.net.ssl..",
                        "jakarta.jms..",
                        "org.apache.qpid.jms..",
                        "org.jspecify..",
                        "org.slf4j..")
                .check(product);
    }

    @Test
    void timeAndRandomnessAreInjected() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "asks the machine for time, luck or sleep", ArchitectureTest::isUninjected))
                .check(product);
        noClasses().should().callConstructor(Random.class).check(product);
    }

    private static boolean isUninjected(JavaMethodCall call) {
        var methods = UNINJECTED.get(call.getTargetOwner().getName());
        return methods != null
                && methods.contains(call.getName())
                && call.getTarget().getRawParameterTypes().size() <= 1;
    }

    private static DescribedPredicate<com.tngtech.archunit.core.domain.JavaClass> ours(String... allowed) {
        return resideInAnyPackage("io.quorummq..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
    }
}
