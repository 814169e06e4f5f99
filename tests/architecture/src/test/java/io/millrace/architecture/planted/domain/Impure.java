package io.millrace.architecture.planted.domain;

import io.millrace.events.job.JobEvent;
import jakarta.inject.Provider;
import java.net.URI;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.kafka.common.TopicPartition;

/** One class for each kind of thing a domain may not know. */
public final class Impure {

    private Impure() {}

    record KnowsKafka(TopicPartition partition) {}

    record KnowsAvro(Schema schema) {}

    record KnowsEvents(JobEvent event) {}

    record KnowsInjection(Provider<String> provider) {}

    record KnowsAddresses(URI address) {}

    record KnowsFiles(Path file) {}

    record KnowsStreams() {
        void report() {
            System.out.println("placed");
        }
    }
}
