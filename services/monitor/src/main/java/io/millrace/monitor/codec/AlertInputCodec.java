package io.millrace.monitor.codec;

import io.millrace.events.alertaction.AlertAcknowledged;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.alertaction.SilenceEnded;
import io.millrace.events.alertaction.SilenceSet;
import io.millrace.events.alertinput.AlertInputEvent;
import io.millrace.events.alertinput.Gathered;
import io.millrace.events.alertinput.Tick;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.domain.alert.AlertInput;
import io.millrace.monitor.domain.alert.Matcher;
import io.millrace.monitor.domain.alert.Severity;
import io.millrace.monitor.domain.alert.Silence;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Reads records of {@code alert-inputs} into the alert engine's words. */
public final class AlertInputCodec {

    private final Map<String, EventSerde<? extends SpecificRecord>> sources = new LinkedHashMap<>();

    public AlertInputCodec(SchemaLookup schemas) {
        sources.put(Topics.ALERT_SIGNALS.name(), EventSerde.of(Topics.ALERT_SIGNALS, schemas));
        sources.put(Topics.ALERT_ACTIONS.name(), EventSerde.of(Topics.ALERT_ACTIONS, schemas));
        sources.put(Topics.MODEL_VERDICTS.name(), EventSerde.of(Topics.MODEL_VERDICTS, schemas));
        sources.put(Topics.CLOCK.name(), EventSerde.of(Topics.CLOCK, schemas));
    }

    /** How to read each topic that the engine's log is gathered from. */
    public Map<String, EventSerde<? extends SpecificRecord>> sources() {
        return sources;
    }

    /** @throws UndecodableException when the record is none the engine can understand */
    public AlertInput input(AlertInputEvent logged) {
        long at = logged.getOccurredAt().toEpochMilli();
        return switch (logged.getPayload()) {
            case Tick tick -> new AlertInput.Tick(at);
            case Gathered gathered -> {
                EventSerde<? extends SpecificRecord> serde = sources.get(gathered.getTopic());
                AlertInput input = serde == null ? null : input(at, serde.decode(gathered.getValue()));
                if (input == null) {
                    throw new UndecodableException(
                            "the alert engine's log can't hold this record of " + gathered.getTopic());
                }
                yield input;
            }
            default ->
                throw new UndecodableException("the alert engine's log can't hold "
                        + logged.getPayload().getClass().getName());
        };
    }

    /**
     * Null when it is nothing to the engine.
     *
     * @param at when it counts as having happened; ms
     */
    public static @Nullable AlertInput input(long at, SpecificRecord event) {
        return switch (event) {
            case SignalEvent signal -> signal(at, signal);
            case VerdictEvent verdict -> Metrics.observed(at, verdict);
            case AlertActionEvent action -> action(at, action);
            case ClockEvent clock -> new AlertInput.Tick(clock.getOccurredAt().toEpochMilli());
            default -> null;
        };
    }

    private static @Nullable AlertInput signal(long at, SignalEvent event) {
        return event.getPayload() instanceof SignalRaised raised
                ? new AlertInput.Signalled(
                        at,
                        event.getOccurredAt().toEpochMilli(),
                        raised.getName(),
                        Severity.valueOf(raised.getSeverity().name()),
                        raised.getSummary(),
                        raised.getLabels())
                : null;
    }

    /** @throws IllegalArgumentException for rules that can't be understood */
    private static @Nullable AlertInput action(long at, AlertActionEvent event) {
        return switch (event.getPayload()) {
            case AlertRulesAdopted rules ->
                new AlertInput.RulesAdopted(at, AlertRulesDocument.parse(rules.getDocument()));
            case AlertAcknowledged acknowledged ->
                new AlertInput.Acknowledged(
                        at, acknowledged.getFingerprint(), event.getActor(), acknowledged.getReason());
            case SilenceSet set ->
                new AlertInput.SilenceSet(
                        at,
                        new Silence(
                                set.getSilenceId(),
                                new Matcher(set.getMatchers()),
                                set.getStartsAt().toEpochMilli(),
                                set.getEndsAt().toEpochMilli(),
                                event.getActor(),
                                set.getReason()));
            case SilenceEnded ended -> new AlertInput.SilenceEnded(at, ended.getSilenceId(), event.getActor());
            default -> null;
        };
    }
}
