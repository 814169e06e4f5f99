package io.millrace.simulator.play;

import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import org.apache.avro.Schema;

/** Ids of this project's own schemas, without a registry. */
final class OwnSchemas implements SchemaLookup {
    @Override
    public Schema byId(int id) {
        return Topics.ALL.get(id).schema();
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return Topics.ALL.stream().map(Topic::subject).toList().indexOf(subject);
    }
}
