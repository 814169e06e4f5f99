package io.millrace.streams;

import org.apache.avro.Schema;

/** Schemas by the ids that stand in front of every value on the wire. */
public interface SchemaLookup {

    /**
     * The schema values of a given id were written with.
     *
     * @throws UndecodableException when there surely is no such schema
     * @throws RegistryUnavailableException when nobody can tell now
     */
    Schema byId(int id);

    /**
     * The id to write values of a subject with.
     *
     * @throws IllegalStateException when the schema was never registered under the subject
     * @throws RegistryUnavailableException when nobody can tell now
     */
    int idOf(String subject, Schema schema);
}
