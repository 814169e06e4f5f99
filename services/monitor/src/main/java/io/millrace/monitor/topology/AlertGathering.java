package io.millrace.monitor.topology;

import io.millrace.events.alertinput.AlertInputEvent;
import io.millrace.events.alertinput.Gathered;
import io.millrace.events.alertinput.Tick;
import io.millrace.monitor.codec.AlertInputCodec;
import io.millrace.monitor.codec.VerdictCodec;
import io.millrace.streams.EventSerde;
import io.millrace.streams.gather.Gathering;
import io.millrace.streams.gather.Route;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What the alert engine must see: signals, verdicts, what people say, and played time. */
final class AlertGathering implements Gathering<AlertInputEvent> {

    /** The one engine there is; key of its log. */
    static final String ENGINE = "alerts";

    private final AlertInputCodec codec;

    AlertGathering(AlertInputCodec codec) {
        this.codec = codec;
    }

    @Override
    public Map<String, EventSerde<? extends SpecificRecord>> sources() {
        return codec.sources();
    }

    @Override
    public String kind() {
        return "alert engine";
    }

    @Override
    public Set<String> deciders() {
        return Set.of(ENGINE);
    }

    @Override
    public Route route(String topic, String key, SpecificRecord event) {
        try {
            return AlertInputCodec.input(0, event) == null
                    ? new Route.Refused("the alert engine knows no such event")
                    : new Route.To(ENGINE);
        } catch (IllegalArgumentException e) {
            return new Route.Refused(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public AlertInputEvent gathered(SourceRecord source) {
        return new AlertInputEvent(
                source.coordinates(),
                Instant.ofEpochMilli(source.seenAt()),
                VerdictCodec.ACTOR,
                new Gathered(
                        source.topic(),
                        source.partition(),
                        source.offset(),
                        source.key(),
                        ByteBuffer.wrap(source.value())));
    }

    @Override
    public AlertInputEvent tick(SourceRecord source, long sequence, long awaited) {
        throw new IllegalStateException("played time comes to the alert engine as it is");
    }

    /** A tick of the engine's own. */
    static AlertInputEvent tick(long now) {
        return new AlertInputEvent("tick/" + now, Instant.ofEpochMilli(now), VerdictCodec.ACTOR, new Tick(0L));
    }
}
