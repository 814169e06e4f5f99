package io.millrace.agent;

import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeHeartbeat;
import io.millrace.events.node.NodeUp;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What an agent says of its node. */
final class NodeVoice {

    private static final long ONE_TRY_MS = 30_000;

    private final AgentSettings settings;
    private final Wire wire;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private long lastBeat;

    NodeVoice(AgentSettings settings, Wire wire) {
        this.settings = settings;
        this.wire = wire;
    }

    Kept.Shape shape() {
        return new Kept.Shape(settings.pool(), settings.gpus(), settings.gpuType(), settings.address());
    }

    /** Returns whether it is stored. */
    boolean up() {
        return say(
                "up",
                new NodeUp(
                        settings.pool(),
                        settings.gpus(),
                        settings.gpuType(),
                        settings.address(),
                        settings.silentAfter().toMillis()));
    }

    /** Returns whether it is stored. */
    boolean down(String reason) {
        return say("down", new NodeDown(reason));
    }

    /** Says so if it is time to. */
    void beat(long now) {
        if (now - lastBeat >= settings.heartbeat().toMillis() && underWay.compareAndSet(false, true)) {
            lastBeat = now;
            long wall = System.currentTimeMillis();
            wire.send(
                    Topics.NODE_EVENTS,
                    settings.node(),
                    event("beat", new NodeHeartbeat(), wall),
                    wall,
                    stored -> underWay.set(false));
        }
    }

    private boolean say(String what, Object payload) {
        long wall = System.currentTimeMillis();
        CountDownLatch answered = new CountDownLatch(1);
        AtomicBoolean stored = new AtomicBoolean();
        wire.send(Topics.NODE_EVENTS, settings.node(), event(what, payload, wall), wall, told -> {
            stored.set(told);
            answered.countDown();
        });
        try {
            return answered.await(ONE_TRY_MS, TimeUnit.MILLISECONDS) && stored.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private NodeEvent event(String what, Object payload, long wall) {
        return new NodeEvent(
                settings.node() + "/" + wall + "/" + what,
                Instant.ofEpochMilli(wall),
                "agent:" + settings.node(),
                payload);
    }
}
