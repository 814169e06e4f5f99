"""What was handed over and is not stored yet: a thread of its own encodes and sends it, and waits out outages."""

from __future__ import annotations

import collections
import hashlib
import logging
import threading
import time
from typing import Any, Callable, Iterable, Optional

from confluent_kafka import KafkaException, Producer

from .config import Config
from .errors import MillraceError, NotStored
from .schemas import Registry, RegistryUnavailable

PATIENCE_S = 15.0
"""How long a job's event, and everything at the end, is waited for."""

_TICK_S = 0.1
_BUFFER = 100_000
_BY_JOB = "job-events"


def traceparent(job_id: str, event_id: str) -> str:
    """The W3C trace of a job, which follows from its id: all that is told of it belongs there. The event is the span."""
    trace = hashlib.sha256(f"job/{job_id}".encode()).hexdigest()[:32]
    span = hashlib.sha256(f"event/{event_id}".encode()).hexdigest()[:16]
    return f"00-{trace}-{span}-01"


class Outbox:
    def __init__(self, config: Config, tick: Callable[[], None]):
        """tick: called by the thread now and then; must not wait."""
        self._config = config
        self._tick = tick
        self._registry = Registry(config.registry_url, config.authority)
        self._changed = threading.Condition()
        self._waiting: "collections.deque[tuple]" = collections.deque()
        self._accepted = 0
        self._stored = 0
        self._refused = 0
        self._failure: Optional[str] = None
        self._closed = False
        self._ended = threading.Event()
        settings = {
            "client.id": "millrace-python",
            "linger.ms": 20,
            "batch.num.messages": 10_000,
            "compression.type": "lz4",
            # An outage is waited for; whoever can't wait closes the client and is told what was not stored.
            "message.timeout.ms": 86_400_000,
            **config.kafka(),
            "acks": "all",
            "enable.idempotence": True,
            # As Java's clients do it: a job's records meet in one partition, whoever sent them.
            "partitioner": "murmur2_random",
        }
        try:
            self._producer = Producer(settings, error_cb=self._on_error, logger=_silent())
        except KafkaException as e:
            raise MillraceError(f"{config.file}: {e.args[0].str()}") from e
        self._thread = threading.Thread(target=self._work, name="millrace", daemon=True)
        self._thread.start()

    def schema(self, topic: str):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._registry.of(topic)
            except RegistryUnavailable as e:
                if time.monotonic() > deadline:
                    raise MillraceError(f"{e}; 'millrace status' says how the stack is") from e
                time.sleep(_TICK_S)

    def add(self, topic: str, key: str, event: dict, patience_s: float) -> Optional["list[Any]"]:
        """Hands an event to the thread that sends; returns where its outcome will be, or None where it has no room."""
        outcome: "list[Any]" = []
        with self._changed:
            if self._closed:
                raise MillraceError("this client is closed")
            self._accepted += 1
            if len(self._waiting) >= _BUFFER and not self._changed.wait_for(
                lambda: len(self._waiting) < _BUFFER, patience_s
            ):
                self._settle_locked(outcome, f"the buffer of {_BUFFER} events is full")
                return None
            self._waiting.append((topic, key, event, outcome))
        return outcome

    def store(self, topic: str, events: "Iterable[tuple[str, dict]]") -> None:
        """Returns when all are stored."""
        outcomes = [self.add(topic, key, event, PATIENCE_S) for key, event in events]
        with self._changed:
            answered = self._changed.wait_for(lambda: all(outcomes), PATIENCE_S)
        if not answered:
            raise NotStored(self._unanswered())
        for outcome in outcomes:
            if outcome and outcome[0] is not True:
                raise NotStored(f"Kafka did not take the event: {outcome[0]}")

    def _work(self) -> None:
        while not self._ended.is_set():
            self._tick()
            self._send_waiting()
            self._producer.poll(0 if self._waiting else _TICK_S / 2)
            if not self._waiting:
                self._ended.wait(_TICK_S / 10)

    def _send_waiting(self) -> None:
        for _ in range(5_000):
            with self._changed:
                if not self._waiting:
                    return
                topic, key, event, outcome = self._waiting[0]
            try:
                value = self._registry.of(topic).encode(event)
                self._producer.produce(
                    topic,
                    key=key.encode(),
                    value=value,
                    timestamp=event["occurred_at"],
                    headers=[("traceparent", traceparent(key, event["event_id"]))] if topic == _BY_JOB else [],
                    on_delivery=lambda error, stored, outcome=outcome: self._settle(outcome, error),
                )
            except (RegistryUnavailable, BufferError) as e:
                self._failure = str(e)
                self._ended.wait(_TICK_S)
                return
            except Exception as e:  # whatever is wrong with one event, the next ones go on
                self._settle(outcome, e)
            with self._changed:
                self._waiting.popleft()
                if len(self._waiting) == _BUFFER - 1:
                    self._changed.notify_all()

    def _settle(self, outcome: "list[Any]", error: Any) -> None:
        with self._changed:
            self._settle_locked(outcome, error)

    def _settle_locked(self, outcome: "list[Any]", error: Any) -> None:
        if error is None:
            self._stored += 1
            outcome.append(True)
        else:
            self._refused += 1
            self._failure = str(error)
            outcome.append(str(error))
        self._changed.notify_all()

    def _on_error(self, error: Any) -> None:
        self._failure = f"no answer from Kafka at {self._config.kafka()['bootstrap.servers']} ({error.str()})"

    def _unanswered(self) -> str:
        why = self._failure or f"no answer from Kafka at {self._config.kafka()['bootstrap.servers']}"
        return f"{why}; 'millrace status' says how the stack is"

    @property
    def not_stored(self) -> int:
        """Events that were handed over and are not known to be stored."""
        with self._changed:
            return self._accepted - self._stored

    def has_room(self) -> bool:
        return len(self._waiting) < _BUFFER

    def flush(self, patience_s: float) -> bool:
        """Waits until everything that was handed over is stored or refused."""
        with self._changed:
            target = self._accepted
            return self._changed.wait_for(lambda: self._stored + self._refused >= target, patience_s)

    def close(self, patience_s: float) -> None:
        """Flushes and ends; what is not stored then never will be."""
        self.flush(patience_s)
        with self._changed:
            self._closed = True
            lost, accepted = self._accepted - self._stored, self._accepted
        self._ended.set()
        self._thread.join(_TICK_S * 20)
        if lost:
            self._producer.purge(blocking=False)
            raise NotStored(f"{lost} of {accepted} events were not stored: {self._unanswered()}")


def _silent():
    """What a client has to say it raises; librdkafka's own log lines are no news to a user."""
    logger = logging.getLogger("millrace.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
