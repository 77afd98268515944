/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication.store;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The files of a replica can be read and tested without Raft and without a broker. */
final class StoreArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.quorummq.replication.store");

    @Test
    void theStoreKnowsOnlyTheJdk() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.quorummq.replication.store")
                .check(classes);
    }

    @Test
    void onlyTheLocalDiskTouchesTheFileSystem() {
        noClasses()
                .that()
                .doNotHaveSimpleName("LocalDisk")
                .and()
                .haveNameNotMatching(".*LocalDisk\\$.*")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
                .check(classes);
    }

    @Test
    void nothingHereDependsOnTimeOrChance() {
        noClasses().should().callMethod(Instant.class, "now").check(classes);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(classes);
        noClasses().should().callMethod(System.class, "nanoTime").check(classes);
        noClasses().should().callMethod(Math.class, "random").check(classes);
        noClasses().should().callConstructor(Random.class).check(classes);
        noClasses().should().callMethod(Clock.class, "systemUTC").check(classes);
    }
}
