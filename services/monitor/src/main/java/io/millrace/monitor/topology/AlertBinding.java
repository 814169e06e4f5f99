package io.millrace.monitor.topology;

import io.millrace.events.alertinput.AlertInputEvent;
import io.millrace.events.alertinput.Tick;
import io.millrace.monitor.codec.AlertCodec;
import io.millrace.monitor.codec.AlertInputCodec;
import io.millrace.monitor.codec.AlertStateCodec;
import io.millrace.monitor.domain.alert.AlertBook;
import io.millrace.monitor.domain.alert.AlertEvent;
import io.millrace.monitor.domain.alert.AlertInput;
import io.millrace.streams.decider.DeciderBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the alert engine meets its log, its store and its readers. */
final class AlertBinding implements DeciderBinding<AlertInputEvent, AlertBook, AlertInput, AlertEvent> {

    private final AlertInputCodec inputs;
    private final AlertStateCodec states = new AlertStateCodec();
    private final String alertsSink;

    AlertBinding(AlertInputCodec inputs, String alertsSink) {
        this.inputs = inputs;
        this.alertsSink = alertsSink;
    }

    @Override
    public AlertInput input(AlertInputEvent logged) {
        return inputs.input(logged);
    }

    @Override
    public AlertBook restore(Map<String, byte[]> entities) {
        return states.restore(entities);
    }

    @Override
    public Map<String, byte @Nullable []> takeChanges(AlertBook book) {
        return states.takeChanges(book);
    }

    @Override
    public boolean publish(
            String engine, AlertBook book, List<AlertEvent> decided, long offset, String stateHash, Forwarder out) {
        int index = 0;
        boolean awaited = false;
        for (AlertEvent event : decided) {
            String id = String.format("%s/%012d/%06d", engine, offset, index++);
            AlertCodec.Keyed published = AlertCodec.published(id, book.policy().version(), event);
            if (published != null) {
                out.forward(alertsSink, published.key(), published.event(), book.now(), AlertCodec.job(event), id);
                awaited = true;
            }
        }
        return awaited;
    }

    @Override
    public boolean tickDue(AlertBook book, long now) {
        return book.nextDue() <= now;
    }

    @Override
    public AlertInputEvent tick(long now) {
        return AlertGathering.tick(now);
    }

    @Override
    public boolean isOwnTick(AlertInputEvent logged) {
        return logged.getPayload() instanceof Tick;
    }
}
