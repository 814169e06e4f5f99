package io.millrace.testkit;

import io.millrace.streams.SchemaLookup;
import io.millrace.streams.UndecodableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** A registry in memory: the first time it sees a schema it gives it the next id, from 1. */
public final class RecordedSchemas implements SchemaLookup {

    private final List<Schema> schemas = new ArrayList<>();

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new UndecodableException("no schema has the id " + id);
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized int idOf(String subject, Schema schema) {
        int at = schemas.indexOf(schema);
        if (at < 0) {
            schemas.add(schema);
            at = schemas.size() - 1;
        }
        return at + 1;
    }
}
