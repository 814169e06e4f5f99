package io.millrace.monitor.codec;

import static io.millrace.monitor.codec.ReferenceCodec.list;
import static io.millrace.monitor.codec.ReferenceCodec.longs;

import io.millrace.monitor.domain.drift.FeatureSketch;
import io.millrace.monitor.domain.quality.LogSketch;
import io.millrace.monitor.domain.quality.ServiceWindow;
import io.millrace.monitor.domain.quality.ShareHistogram;
import io.millrace.monitor.domain.window.OpenWindow;
import io.millrace.monitor.domain.window.SeenIds;
import io.millrace.monitor.domain.window.StreamTime;
import io.millrace.stores.window.SegmentRecord;
import io.millrace.stores.window.SketchRecord;
import io.millrace.stores.window.WindowRecord;
import io.millrace.streams.StoreSerde;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Open windows as they are stored. */
public final class WindowCodec {

    private final StoreSerde<WindowRecord> serde = StoreSerde.of(WindowRecord.class, "monitor-window");

    /** Without the ids that it has seen. */
    public byte[] bytes(OpenWindow.OfService window) {
        List<SegmentRecord> segments = new ArrayList<>();
        segments.add(segment(null, window.all()));
        window.segments().forEach((name, segment) -> segments.add(segment(name, segment)));
        return serde.encode(new WindowRecord(window.start(), segments, null, List.of(), List.of(), 0L));
    }

    private static SegmentRecord segment(@Nullable String name, ServiceWindow window) {
        return new SegmentRecord(
                name,
                window.requests(),
                window.errors(),
                window.ahead(),
                window.repeated(),
                window.latency().offset(),
                list(window.latency().counts()),
                list(window.confidence().counts()),
                list(window.scores().counts()),
                window.classes());
    }

    public OpenWindow.OfService ofService(byte[] bytes, SeenIds seen) {
        WindowRecord record = serde.decode(bytes);
        ServiceWindow all = new ServiceWindow();
        Map<String, ServiceWindow> segments = new HashMap<>();
        for (SegmentRecord segment : record.getSegments()) {
            ServiceWindow window = new ServiceWindow(
                    segment.getRequests(),
                    segment.getErrors(),
                    segment.getAhead(),
                    segment.getRepeated(),
                    new LogSketch(segment.getLatencyOffset(), longs(segment.getLatency())),
                    new ShareHistogram(longs(segment.getConfidence())),
                    new ShareHistogram(longs(segment.getScores())),
                    segment.getClasses());
            if (segment.getSegment() == null) {
                all = window;
            } else {
                segments.put(segment.getSegment(), window);
            }
        }
        return new OpenWindow.OfService(record.getStart(), all, segments, seen);
    }

    public byte[] bytes(OpenWindow.OfFeatures window) {
        List<SketchRecord> features = new ArrayList<>();
        window.sketches()
                .forEach((name, sketch) -> features.add(new SketchRecord(
                        name,
                        list(sketch.counts()),
                        sketch.missing(),
                        sketch.outOfRange(),
                        sketch.unseen(),
                        sketch.mistyped(),
                        sketch.low(),
                        sketch.high())));
        OpenWindow.Reference reference = window.reference();
        return serde.encode(new WindowRecord(
                window.start(),
                List.of(),
                reference == null ? null : reference.id(),
                features,
                List.copyOf(window.unknown()),
                window.predictions()));
    }

    /** @param references by id, those of the model version */
    public OpenWindow.OfFeatures ofFeatures(byte[] bytes, Map<String, OpenWindow.Reference> references) {
        WindowRecord record = serde.decode(bytes);
        Map<String, FeatureSketch> sketches = new LinkedHashMap<>();
        for (SketchRecord sketch : record.getFeatures()) {
            sketches.put(
                    sketch.getFeature(),
                    new FeatureSketch(
                            longs(sketch.getCounts()),
                            sketch.getMissing(),
                            sketch.getOutOfRange(),
                            sketch.getUnseen(),
                            sketch.getMistyped(),
                            sketch.getLow(),
                            sketch.getHigh()));
        }
        String id = record.getReferenceId();
        OpenWindow.Reference reference = id == null ? null : references.get(id);
        if (id != null && reference == null) {
            throw new IllegalStateException("a window was counted by reference " + id + ", which is not stored");
        }
        return new OpenWindow.OfFeatures(
                record.getStart(),
                reference,
                sketches,
                Set.copyOf(record.getUnknownFeatures()),
                record.getPredictions());
    }

    public static byte[] chunk(long[] ids) {
        ByteBuffer buffer = ByteBuffer.allocate(ids.length * Long.BYTES);
        buffer.asLongBuffer().put(ids);
        return buffer.array();
    }

    public static long[] chunk(byte[] bytes) {
        long[] ids = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(ids);
        return ids;
    }

    public static byte[] bytes(StreamTime time) {
        return chunk(new long[] {time.now(), time.inARow(), time.lowestAhead()});
    }

    public static StreamTime time(long leap, byte[] bytes) {
        long[] parts = chunk(bytes);
        return new StreamTime(leap, parts[0], (int) parts[1], parts[2]);
    }
}
