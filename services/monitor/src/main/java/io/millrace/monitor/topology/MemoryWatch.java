package io.millrace.monitor.topology;

import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.events.telemetry.GpuSample;
import io.millrace.events.telemetry.GpusSampled;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.monitor.codec.VerdictCodec;
import io.millrace.service.topology.DeadLetters;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Turns samples of GPUs whose memory is nearly full into signals, one a minute for each GPU as long as it is so; how long
 * it has to be so, the rule says. After a crash a minute's signal may come again, with the same id.
 */
final class MemoryWatch implements Processor<String, byte[], String, Object> {

    private static final double FULL = 0.9;
    private static final long MINUTE_MS = 60_000;
    private static final String NAME = "GpuMemoryHigh";

    private final EventSerde<TelemetryEvent> serde;
    private final DeadLetters outputs;
    private final Map<String, Long> lastMinutes = new HashMap<>();
    private @Nullable ProcessorContext<String, Object> context;

    MemoryWatch(SchemaLookup schemas, DeadLetters outputs) {
        this.serde = EventSerde.of(Topics.GPU_TELEMETRY, schemas);
        this.outputs = outputs;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        lastMinutes.clear();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        ProcessorContext<String, Object> to = context;
        if (to == null) {
            throw new IllegalStateException("not initialised");
        }
        if (record.key() == null || record.value() == null) {
            outputs.condemn(to, record, record.value() == null ? "it has no value" : "it has no key");
            return;
        }
        TelemetryEvent event;
        try {
            event = serde.decode(record.value());
        } catch (UndecodableException e) {
            outputs.condemn(to, record, String.valueOf(e.getMessage()));
            return;
        }
        if (event.getPayload() instanceof GpusSampled sampled) {
            for (GpuSample gpu : sampled.getGpus()) {
                long at = event.getOccurredAt().toEpochMilli();
                String name = record.key() + "/" + gpu.getIndex();
                long minute = Math.floorDiv(at, MINUTE_MS);
                if (gpu.getMemoryUsedMib() > FULL * gpu.getMemoryTotalMib()
                        && minute > lastMinutes.getOrDefault(name, Long.MIN_VALUE)) {
                    lastMinutes.put(name, minute);
                    SignalEvent signal = signal(record.key(), gpu, at, minute);
                    Record<String, Object> raised = new Record<>(NAME + "/" + name, signal, at);
                    String job = gpu.getJobId();
                    to.forward(
                            job == null ? raised : raised.withHeaders(Envelope.ofJob(job, signal.getEventId())),
                            outputs.signalSink());
                }
            }
        }
    }

    private static SignalEvent signal(String node, GpuSample gpu, long at, long minute) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("node", node);
        labels.put("gpu", Integer.toString(gpu.getIndex()));
        String job = gpu.getJobId();
        if (job != null) {
            labels.put("job_id", job);
        }
        return new SignalEvent(
                NAME + "/" + node + "/" + gpu.getIndex() + "/" + minute,
                Instant.ofEpochMilli(at),
                VerdictCodec.ACTOR,
                new SignalRaised(
                        NAME,
                        Severity.P1,
                        "GPU " + gpu.getIndex() + " of " + node + " uses " + gpu.getMemoryUsedMib() + " of "
                                + gpu.getMemoryTotalMib() + " MiB",
                        labels));
    }
}
