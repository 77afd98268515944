/* SPDX-License-Identifier: Apache-2.0 */
package io.quorummq.replication;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ReplicationArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quorummq.replication");

    @Test
    void onlyConsensusAndPeerKnowRatis() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.quorummq.replication.consensus..", "io.quorummq.replication.peer..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.ratis..")
                .check(classes);
    }

    @Test
    void consensusKnowsTheFilesAndNothingOfTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.consensus..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.activemq..", "io.quorummq.core..", "io.quorummq.replication.artemis..")
                .check(classes);
    }

    @Test
    void callsBetweenNodesKnowNothingOfWhatIsCalled() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.peer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.activemq..",
                        "io.quorummq.core..",
                        "io.quorummq.replication.store..",
                        "io.quorummq.replication.installation..",
                        "io.quorummq.replication.consensus..",
                        "io.quorummq.replication.artemis..")
                .check(classes);
    }

    @Test
    void installationsKnowFilesAndCallsAndNothingOfConsensus() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.installation..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.activemq..",
                        "io.quorummq.core..",
                        "io.quorummq.replication.consensus..",
                        "io.quorummq.replication.artemis..")
                .check(classes);
    }

    @Test
    void theFilesKnowNothingOfConsensus() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorummq.replication.consensus..",
                        "io.quorummq.replication.installation..",
                        "io.quorummq.replication.peer..")
                .check(classes);
    }

    @Test
    void identityKnowsOnlyHowToCallOtherNodes() {
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.identity..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorummq.replication.consensus..",
                        "io.quorummq.replication.store..",
                        "io.quorummq.replication.artemis..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.quorummq.replication.peer..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quorummq.replication.identity..")
                .check(classes);
    }

    @Test
    void onlyOnePackageKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.quorummq.replication.artemis..", "io.quorummq.replication")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.activemq..", "io.quorummq.core.artemis..")
                .check(classes);
    }
}
