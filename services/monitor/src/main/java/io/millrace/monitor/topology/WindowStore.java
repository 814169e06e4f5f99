package io.millrace.monitor.topology;

import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.codec.ReferenceCodec;
import io.millrace.monitor.codec.VerdictCodec.Model;
import io.millrace.monitor.codec.WindowCodec;
import io.millrace.monitor.domain.window.OpenWindow;
import io.millrace.monitor.domain.window.SeenIds;
import io.millrace.monitor.domain.window.StreamTime;
import io.millrace.streams.EventSerde;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Open windows in a store. Keys are a kind, a model version and what it is of them, so that a scan meets references
 * before the windows that are counted by them.
 */
final class WindowStore {

    private static final char SEPARATOR = '\u0000';
    private static final String REFERENCE = "1";
    private static final String FEATURES = "2";
    private static final String SERVICE = "3";
    private static final String SEEN = "4";
    private static final String TIME = "0";

    private final KeyValueStore<String, byte[]> entities;
    private final WindowCodec codec;
    private final EventSerde<ReferenceEvent> references;

    WindowStore(KeyValueStore<String, byte[]> entities, WindowCodec codec, EventSerde<ReferenceEvent> references) {
        this.entities = entities;
        this.codec = codec;
        this.references = references;
    }

    private static String key(String kind, String model, String of) {
        return kind + SEPARATOR + model + SEPARATOR + of;
    }

    private static String chunkKey(String model, long start, int chunk) {
        return key(SEEN, model, start + String.valueOf(SEPARATOR) + chunk);
    }

    void putReference(String model, String id, byte[] event) {
        entities.put(key(REFERENCE, model, id), event);
    }

    /** Stores what changed. */
    void settle(Collection<ModelWindows> models, StreamTime time) {
        if (time.now() == StreamTime.NONE) {
            return;
        }
        entities.put(TIME, WindowCodec.bytes(time));
        for (ModelWindows model : models) {
            String key = model.model().key();
            for (OpenWindow window : model.takeChanges()) {
                switch (window) {
                    case OpenWindow.OfFeatures features ->
                        entities.put(key(FEATURES, key, Long.toString(features.start())), codec.bytes(features));
                    case OpenWindow.OfService service -> {
                        entities.put(key(SERVICE, key, Long.toString(service.start())), codec.bytes(service));
                        storeIds(model, service);
                    }
                }
            }
        }
    }

    /** Only chunks that grew. */
    private void storeIds(ModelWindows model, OpenWindow.OfService window) {
        SeenIds seen = window.seen();
        for (int chunk = model.storedIds(window.start()) / SeenIds.CHUNK;
                chunk * SeenIds.CHUNK < seen.size();
                chunk++) {
            entities.put(chunkKey(model.model().key(), window.start(), chunk), WindowCodec.chunk(seen.chunk(chunk)));
        }
        model.storedIds(window.start(), seen.size());
    }

    void remove(ModelWindows model, OpenWindow window) {
        String key = model.model().key();
        switch (window) {
            case OpenWindow.OfFeatures features -> entities.delete(key(FEATURES, key, Long.toString(features.start())));
            case OpenWindow.OfService service -> {
                entities.delete(key(SERVICE, key, Long.toString(service.start())));
                int stored = model.storedIds(service.start());
                for (int chunk = 0; chunk * SeenIds.CHUNK < stored; chunk++) {
                    entities.delete(chunkKey(key, service.start(), chunk));
                }
            }
        }
    }

    /** Reads everything anew, and says how far time had come. */
    StreamTime restore(Map<String, ModelWindows> models, long leap) {
        StreamTime time = new StreamTime(leap);
        List<KeyValue<String[], byte[]>> windows = new ArrayList<>();
        Map<String, TreeMap<Integer, byte[]>> chunks = new TreeMap<>();
        try (KeyValueIterator<String, byte[]> all = entities.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                String[] parts = entry.key.split(String.valueOf(SEPARATOR), -1);
                switch (parts[0]) {
                    case TIME -> time = WindowCodec.time(leap, entry.value);
                    case REFERENCE -> {
                        if (references.decode(entry.value).getPayload() instanceof ReferenceSet set) {
                            OpenWindow.Reference reference = ReferenceCodec.reference(set);
                            of(models, parts[1]).references().put(reference.id(), reference);
                        }
                    }
                    case FEATURES, SERVICE -> windows.add(KeyValue.pair(parts, entry.value));
                    case SEEN ->
                        chunks.computeIfAbsent(parts[1] + SEPARATOR + parts[2], key -> new TreeMap<>())
                                .put(Integer.valueOf(parts[3]), entry.value);
                    default -> throw new IllegalStateException("a store of windows can't hold " + entry.key);
                }
            }
        }
        for (KeyValue<String[], byte[]> window : windows) {
            ModelWindows model = of(models, window.key[1]);
            long start = Long.parseLong(window.key[2]);
            if (window.key[0].equals(FEATURES)) {
                model.features().put(start, codec.ofFeatures(window.value, model.references()));
            } else {
                SeenIds seen = new SeenIds();
                chunks.getOrDefault(window.key[1] + SEPARATOR + window.key[2], new TreeMap<>())
                        .values()
                        .forEach(bytes -> seen.addChunk(WindowCodec.chunk(bytes)));
                model.service().put(start, codec.ofService(window.value, seen));
                model.storedIds(start, seen.size());
            }
        }
        return time;
    }

    /** A model's name may hold a slash, its version may not. */
    private static ModelWindows of(Map<String, ModelWindows> models, String key) {
        int slash = key.lastIndexOf('/');
        return models.computeIfAbsent(
                key, k -> new ModelWindows(new Model(k.substring(0, slash), k.substring(slash + 1))));
    }
}
