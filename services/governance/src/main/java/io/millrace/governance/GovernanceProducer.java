package io.millrace.governance;

import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.Favourable;
import io.millrace.governance.topology.FairnessTopology;
import io.millrace.streams.PatientSchemas;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.Topology;

/** Makes what the service runs on from its settings. */
@Singleton
final class GovernanceProducer {

    // No client proxy: Kafka Streams reads the object itself.
    @Produces
    Topology topology(GovernanceConfig config, PatientSchemas schemas) {
        GovernanceConfig.Fairness fairness = config.fairness();
        return FairnessTopology.build(
                fairness.window(),
                new Favourable(fairness.favourable(), fairness.threshold()),
                new FairnessPolicy(
                        fairness.minGroup(),
                        fairness.mostDifference(),
                        fairness.leastRatio(),
                        fairness.mostRatio(),
                        fairness.confidence()),
                schemas);
    }
}
