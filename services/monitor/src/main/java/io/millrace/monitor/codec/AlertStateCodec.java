package io.millrace.monitor.codec;

import io.millrace.monitor.domain.alert.Alert;
import io.millrace.monitor.domain.alert.AlertBook;
import io.millrace.monitor.domain.alert.AlertGroup;
import io.millrace.monitor.domain.alert.AlertPolicy;
import io.millrace.monitor.domain.alert.Matcher;
import io.millrace.monitor.domain.alert.Severity;
import io.millrace.monitor.domain.alert.Silence;
import io.millrace.stores.alert.AlertEntity;
import io.millrace.stores.alert.AlertRecord;
import io.millrace.stores.alert.GroupRecord;
import io.millrace.stores.alert.HeaderRecord;
import io.millrace.stores.alert.SilenceRecord;
import io.millrace.streams.StoreSerde;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The alert engine's state as it is stored: one entity for each thing in it. */
public final class AlertStateCodec {

    private final StoreSerde<AlertEntity> serde = StoreSerde.of(AlertEntity.class, "alert-state");

    /** What changed since the last call, by entity key; null for what is gone. */
    public Map<String, byte @Nullable []> takeChanges(AlertBook book) {
        Map<String, byte @Nullable []> changes = new LinkedHashMap<>();
        for (AlertBook.Change change : book.takeChanges()) {
            Object entity = entity(book, change);
            changes.put(
                    change.kind() + "/" + change.key(), entity == null ? null : serde.encode(new AlertEntity(entity)));
        }
        return changes;
    }

    private static @Nullable Object entity(AlertBook book, AlertBook.Change change) {
        return switch (change.kind()) {
            case HEADER -> new HeaderRecord(book.now(), book.policy().document());
            case ALERT -> {
                Alert alert = book.alert(change.key());
                yield alert == null ? null : record(alert);
            }
            case GROUP -> {
                AlertGroup group = book.group(change.key());
                yield group == null ? null : record(group);
            }
            case SILENCE -> {
                Silence silence = book.silence(change.key());
                yield silence == null ? null : record(silence);
            }
        };
    }

    private static AlertRecord record(Alert alert) {
        return new AlertRecord(
                alert.rule(),
                alert.severity().name(),
                alert.labels(),
                alert.summary(),
                alert.runbook(),
                alert.value(),
                alert.state().name(),
                alert.since(),
                alert.seenAt(),
                alert.firedAt(),
                alert.resolvedAt(),
                alert.notifiedAt(),
                alert.escalated(),
                alert.group(),
                alert.acknowledgedBy());
    }

    private static GroupRecord record(AlertGroup group) {
        return new GroupRecord(
                group.key(),
                group.receiver(),
                group.flushAt(),
                group.toldAt(),
                List.copyOf(new TreeSet<>(group.toldFiring())),
                List.copyOf(new TreeSet<>(group.toldResolved())),
                group.sequence());
    }

    private static SilenceRecord record(Silence silence) {
        return new SilenceRecord(
                silence.id(), silence.of().labels(), silence.from(), silence.until(), silence.by(), silence.reason());
    }

    public AlertBook restore(Map<String, byte[]> entities) {
        long now = 0;
        AlertPolicy policy = AlertPolicy.NONE;
        List<Alert> alerts = new ArrayList<>();
        List<AlertGroup> groups = new ArrayList<>();
        List<Silence> silences = new ArrayList<>();
        for (byte[] bytes : entities.values()) {
            switch (serde.decode(bytes).getEntity()) {
                case HeaderRecord header -> {
                    now = header.getNow();
                    policy = header.getDocument().isEmpty()
                            ? AlertPolicy.NONE
                            : AlertRulesDocument.parse(header.getDocument());
                }
                case AlertRecord alert -> alerts.add(alert(alert));
                case GroupRecord group ->
                    groups.add(new AlertGroup(
                            group.getKey(),
                            group.getReceiver(),
                            group.getFlushAt(),
                            group.getToldAt(),
                            Set.copyOf(group.getToldFiring()),
                            Set.copyOf(group.getToldResolved()),
                            group.getSequence()));
                case SilenceRecord silence ->
                    silences.add(new Silence(
                            silence.getId(),
                            new Matcher(silence.getMatchers()),
                            silence.getFrom(),
                            silence.getUntil(),
                            silence.getBy(),
                            silence.getReason()));
                default -> throw new IllegalStateException("the store of alerts holds what nobody knows");
            }
        }
        return new AlertBook(now, policy, alerts, groups, silences);
    }

    private static Alert alert(AlertRecord alert) {
        return new Alert(
                Alert.fingerprint(alert.getLabels()),
                alert.getRule(),
                Severity.valueOf(alert.getSeverity()),
                alert.getLabels(),
                alert.getSummary(),
                alert.getRunbook(),
                alert.getValue(),
                Alert.State.valueOf(alert.getState()),
                alert.getSince(),
                alert.getSeenAt(),
                alert.getFiredAt(),
                alert.getResolvedAt(),
                alert.getNotifiedAt(),
                alert.getEscalated(),
                alert.getGroup(),
                alert.getAcknowledgedBy());
    }
}
