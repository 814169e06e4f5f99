package io.millrace.monitor.codec;

import static io.millrace.monitor.codec.ReferenceCodec.list;
import static io.millrace.monitor.codec.ReferenceCodec.longs;

import io.millrace.monitor.codec.VerdictCodec.Model;
import io.millrace.monitor.domain.detector.Adwin;
import io.millrace.monitor.domain.detector.Change;
import io.millrace.monitor.domain.detector.ChangeDetector;
import io.millrace.monitor.domain.detector.Ddm;
import io.millrace.monitor.domain.detector.PageHinkley;
import io.millrace.monitor.domain.quality.Truth;
import io.millrace.stores.truth.PairRecord;
import io.millrace.stores.truth.TruthRecord;
import io.millrace.streams.StoreSerde;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** What is known of answers, as it is stored. */
public final class TruthCodec {

    private static final char SEPARATOR = '\u0000';
    private static final String TIME = "time";
    private static final String DETECTORS = "detectors";

    /** What is known of one window. */
    public static final class TruthWindow {
        private final Truth truth;
        private long labels;
        private long told;

        TruthWindow(Truth truth, long labels, long told) {
            this.truth = truth;
            this.labels = labels;
            this.told = told;
        }

        public Truth truth() {
            return truth;
        }

        /** How many predictions have a label. */
        public long labels() {
            return labels;
        }

        /** How many had when it was last told of. */
        public long told() {
            return told;
        }

        public void count() {
            labels++;
        }

        public void tell() {
            told = labels;
        }
    }

    /** What is known of one model version. */
    public static final class ModelTruth {
        private final Model model;
        private final TreeMap<Long, TruthWindow> windows = new TreeMap<>();
        private final LinkedHashMap<String, ChangeDetector> detectors = new LinkedHashMap<>();
        private final TreeSet<String> detected = new TreeSet<>();
        private final Set<Long> changed = new HashSet<>();
        private boolean detectorsChanged;

        public ModelTruth(Model model) {
            this.model = model;
            detectors.put("ADWIN", new Adwin());
            detectors.put("DDM", new Ddm());
            detectors.put("PAGE_HINKLEY", new PageHinkley());
        }

        public Model model() {
            return model;
        }

        public Map<Long, TruthWindow> windows() {
            return windows;
        }

        /** The window that begins then, which is to change. */
        public TruthWindow window(long start) {
            changed.add(start);
            return windows.computeIfAbsent(start, key -> new TruthWindow(new Truth(), 0, 0));
        }

        /** Has the detectors see an answer that was right or wrong. */
        public void detect(boolean right) {
            detectorsChanged = true;
            detectors.forEach((name, detector) -> {
                if (detector.update(right ? 0 : 1) == Change.DRIFT) {
                    detected.add(name);
                }
            });
        }

        /** Those that saw errors change since the last call. */
        public List<String> takeDetected() {
            List<String> taken = List.copyOf(detected);
            detected.clear();
            return taken;
        }

        /** Drops windows that are too old to be told of again; they stay in the topic. */
        public void forgetBefore(long start) {
            while (!windows.isEmpty() && windows.firstKey() < start) {
                changed.add(windows.firstKey());
                windows.pollFirstEntry();
            }
        }
    }

    private final StoreSerde<TruthRecord> serde = StoreSerde.of(TruthRecord.class, "truth-window");

    /** Stores what changed. */
    public void settle(KeyValueStore<String, byte[]> store, Map<String, ModelTruth> models, long time) {
        if (time == Long.MIN_VALUE) {
            return;
        }
        store.put(TIME, WindowCodec.chunk(new long[] {time}));
        models.forEach((key, model) -> {
            for (long start : model.changed) {
                TruthWindow window = model.windows.get(start);
                store.put(key + SEPARATOR + start, window == null ? null : serde.encode(record(window)));
            }
            model.changed.clear();
            if (model.detectorsChanged) {
                model.detectorsChanged = false;
                store.put(key + SEPARATOR + DETECTORS, serde.encode(detectors(model)));
            }
        });
    }

    private static TruthRecord record(TruthWindow window) {
        Truth truth = window.truth;
        List<PairRecord> pairs = new ArrayList<>();
        new TreeMap<>(truth.confusion())
                .forEach((pair, count) -> pairs.add(new PairRecord(pair.answered(), pair.actual(), count)));
        return new TruthRecord(
                window.labels,
                window.told,
                pairs,
                list(truth.negatives()),
                list(truth.positives()),
                truth.numbers(),
                truth.absolute(),
                truth.squared(),
                Map.of());
    }

    private static TruthRecord detectors(ModelTruth model) {
        Map<String, List<Double>> states = new HashMap<>();
        model.detectors.forEach((name, detector) ->
                states.put(name, Arrays.stream(detector.state()).boxed().toList()));
        model.detected.forEach(name -> states.put("detected/" + name, List.of()));
        return new TruthRecord(0L, 0L, List.of(), List.of(), List.of(), 0L, 0L, 0L, states);
    }

    /** Reads everything anew, and says how far the time of labels had come. */
    public long restore(KeyValueStore<String, byte[]> store, Map<String, ModelTruth> models) {
        long time = Long.MIN_VALUE;
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                if (entry.key.equals(TIME)) {
                    time = WindowCodec.chunk(entry.value)[0];
                    continue;
                }
                int at = entry.key.indexOf(SEPARATOR);
                String key = entry.key.substring(0, at);
                int slash = key.lastIndexOf('/');
                ModelTruth model = models.computeIfAbsent(
                        key, k -> new ModelTruth(new Model(k.substring(0, slash), k.substring(slash + 1))));
                TruthRecord record = serde.decode(entry.value);
                if (entry.key.endsWith(SEPARATOR + DETECTORS)) {
                    restore(model, record.getDetectors());
                } else {
                    model.windows.put(Long.valueOf(entry.key.substring(at + 1)), window(record));
                }
            }
        }
        return time;
    }

    private static void restore(ModelTruth model, Map<String, List<Double>> states) {
        states.forEach((name, state) -> {
            double[] numbers = state.stream().mapToDouble(Double::doubleValue).toArray();
            switch (name) {
                case "ADWIN" -> model.detectors.put(name, Adwin.of(numbers));
                case "DDM" -> model.detectors.put(name, Ddm.of(numbers));
                case "PAGE_HINKLEY" -> model.detectors.put(name, PageHinkley.of(numbers));
                default -> model.detected.add(name.substring(name.indexOf('/') + 1));
            }
        });
    }

    private static TruthWindow window(TruthRecord record) {
        Map<Truth.Pair, Long> confusion = new HashMap<>();
        record.getConfusion()
                .forEach(pair -> confusion.put(new Truth.Pair(pair.getAnswered(), pair.getActual()), pair.getCount()));
        return new TruthWindow(
                new Truth(
                        confusion,
                        longs(record.getNegatives()),
                        longs(record.getPositives()),
                        record.getNumbers(),
                        record.getAbsolute(),
                        record.getSquared()),
                record.getLabels(),
                record.getTold());
    }
}
