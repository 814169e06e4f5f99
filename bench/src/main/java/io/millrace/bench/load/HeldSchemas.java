package io.millrace.bench.load;

import io.millrace.streams.SchemaLookup;
import io.millrace.streams.UndecodableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** Schemas where there is no registry: the first time one is asked for it gets the next id, from 1. */
public final class HeldSchemas implements SchemaLookup {

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
