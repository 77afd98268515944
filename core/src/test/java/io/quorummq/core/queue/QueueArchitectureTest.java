/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.core.queue;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rules of queues can be read and tested without a broker. */
final class QueueArchitectureTest {
    @Test
    void theRulesOfQueuesKnowOnlyTheJdkAndCoresOwnValues() {
        var imported = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.quorummq.core.queue");

        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "io.quorummq.core",
                        "io.quorummq.core.message",
                        "io.quorummq.core.queue")
                .check(imported);
    }
}
