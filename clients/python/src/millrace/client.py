"""The way events go: gathered, encoded and sent by a thread of the client's own."""

from __future__ import annotations

import atexit
import collections
import getpass
import logging
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from confluent_kafka import KafkaException, Producer

from . import ids
from . import job as current_job
from .config import Config
from .errors import MillraceError, NotStored
from .run import Run
from .schemas import Registry, RegistryUnavailable

JOB_EVENTS = "job-events"
RUN_EVENTS = "run-events"
PREDICTIONS = "predictions"

PATIENCE_S = 15.0
"""How long a job's event, and everything at the end, is waited for."""

_TICK_S = 0.1
_BUFFER = 100_000

_open_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()


def connect(config: Union[str, Path, None] = None) -> Client:
    """Connects by the client.properties that `millrace up` wrote; without a path by what MILLRACE_CONFIG names."""
    return Client(Config.read(config))


class Client:
    """Writes to Millrace.

    What is said of jobs is stored when a call returns. What runs log and models answer is gathered, sent in batches,
    and stored by `flush` and `close` at the latest; an exit of the program flushes too. No retry stores an event twice.
    Thread safe; a process that forks connects anew.
    """

    def __init__(self, config: Config):
        self._config = config
        self._registry = Registry(config.registry_url, config.authority)
        self._changed = threading.Condition()
        self._waiting: "collections.deque[tuple]" = collections.deque()
        self._accepted = 0
        self._stored = 0
        self._refused = 0
        self._failure: Optional[str] = None
        self._runs: "set[Run]" = set()
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
        _open_clients.add(self)

    # ---- jobs

    def submit(
        self,
        name: Optional[str] = None,
        *,
        team: str,
        gpus: int,
        command: Optional[Sequence[str]] = None,
        user: Optional[str] = None,
        pool: Optional[str] = None,
        queue: str = "batch",
        environment: Optional[Mapping[str, str]] = None,
        directory: Optional[str] = None,
        after: Iterable[str] = (),
        after_any: Iterable[str] = (),
        array: Optional[Iterable[int]] = None,
        **more: Any,
    ) -> str:
        """Asks for a job to be run; returns its id. The same name with the same content again changes nothing.

        command: program and arguments; None for a job that only holds its GPUs.
        array: indices, for one job each, called NAME-0, NAME-1 and so on.
        more: gpu_type, gpus_per_node, limit_ms, estimate_ms, tags, job_type, deadline (ms since the epoch).
        """
        known = ("gpu_type", "gpus_per_node", "limit_ms", "estimate_ms", "tags", "job_type", "deadline")
        for field in more:
            if field not in known:
                raise MillraceError(f"there is no {field}; there are {', '.join(known)}")
        name = name or ids.job_id()
        job = {
            "pool": pool or self._only_pool(),
            "queue": queue,
            "team": team,
            "user": user or getpass.getuser(),
            "gpus": gpus,
            "work": None
            if command is None
            else {
                "command": [str(word) for word in command],
                "environment": {key: str(value) for key, value in (environment or {}).items()},
                "directory": directory,
            },
            "after": [{"job_id": job, "condition": "COMPLETED"} for job in after]
            + [{"job_id": job, "condition": "ENDED"} for job in after_any],
            "array": None,
            **more,
        }
        if array is None:
            jobs = {name: job}
        else:
            indices = sorted(set(array))
            if not indices or indices[0] < 0:
                raise MillraceError("an array needs at least one index, and none below 0")
            jobs = {
                f"{name}-{index}": {**job, "array": {"array_id": name, "index": index, "size": indices[-1] + 1}}
                for index in indices
            }
        schema = self._schema(JOB_EVENTS)
        self._store(
            (
                key,
                self._event(
                    "user:" + value["user"],
                    "JobSubmitted",
                    value,
                    ids.submission_id(key, schema.encode_event("JobSubmitted", value)),
                ),
            )
            for key, value in jobs.items()
        )
        return name

    def cancel(self, job: str, reason: str = "", user: Optional[str] = None) -> None:
        """Says that a job is no longer wanted."""
        self._say_of_job(job, user, "JobCancelRequested", {"reason": reason})

    def checkpoint(self, job: str, attempt: int, path: str, step: int, user: Optional[str] = None) -> None:
        """Says that an attempt can go on from a checkpoint; code in a job has `millrace.job.checkpoint`."""
        self._say_of_job(job, user, "CheckpointSaved", {"attempt": attempt, "path": path, "step": step})

    def progress(self, job: str, attempt: int, fraction: float, step: int, user: Optional[str] = None) -> None:
        """Says how far an attempt is; code in a job has `millrace.job.progress`."""
        self._say_of_job(job, user, "ProgressReported", {"attempt": attempt, "fraction": fraction, "step": step})

    def _say_of_job(self, job: str, user: Optional[str], name: str, fields: dict) -> None:
        self._store([(job, self._event("user:" + (user or getpass.getuser()), name, fields))])

    def _only_pool(self) -> str:
        pools = [entry.split("=")[0].strip() for entry in self._config.require("millrace.pools").split(",")]
        if len(pools) > 1:
            raise MillraceError(f"name a pool; this stack has {', '.join(pools)}")
        return pools[0]

    # ---- runs and predictions

    def start_run(
        self,
        experiment: str,
        name: str = "",
        *,
        user: Optional[str] = None,
        params: Optional[Mapping[str, Any]] = None,
        tags: Optional[Mapping[str, Any]] = None,
        parent: Optional[Run] = None,
        silent_after_s: Optional[float] = None,
        run_id: Optional[str] = None,
    ) -> Run:
        """Begins a run; in a job, goes on with the job's own. Use it with `with`, and it ends as its block does.

        silent_after_s: the run counts as lost when it was silent for so long; its heartbeats are sent here.
        """
        job = current_job.current() if parent is None and run_id is None else None
        run = Run(
            self,
            run_id or (job.run_id if job else ids.run_id()),
            user or getpass.getuser(),
            {
                "experiment": experiment,
                "name": name,
                "user": user or getpass.getuser(),
                "parent_run_id": parent.id if parent else None,
                "job_id": job.id if job else None,
                "attempt": job.attempt if job else None,
                "tags": {key: str(value) for key, value in (tags or {}).items()},
                "silent_after_ms": None if silent_after_s is None else int(silent_after_s * 1000),
            },
        )
        with self._changed:
            self._runs.add(run)
        if params:
            run.log_params(params)
        return run

    def log_prediction(
        self,
        model: str,
        version: str,
        prediction_id: str,
        *,
        features: Optional[Mapping[str, Union[float, str, None]]] = None,
        **more: Any,
    ) -> bool:
        """Notes what a model answered. Never waits: False where the buffer is full, and it is counted as lost.

        more: score, label, class_scores, confidence, latency_ms, error, groups, segment, deployment, reasons, and of
        persons: subject (a pseudonym) and personal_features.
        """
        event = self._event(
            f"model:{model}/{version}",
            "PredictionMade",
            {
                "prediction_id": prediction_id,
                "model_name": model,
                "model_version": version,
                "features": _features(features),
                **more,
            },
        )
        return self._add(PREDICTIONS, f"{model}/{version}", event, 0) is not None

    def _log(self, run_id: str, user: str, name: str, fields: dict) -> None:
        self._add(RUN_EVENTS, run_id, self._event("user:" + user, name, fields), PATIENCE_S)

    def _has_room(self) -> bool:
        return len(self._waiting) < _BUFFER

    def _run_ended(self, run: Run) -> None:
        with self._changed:
            self._runs.discard(run)

    # ---- sending

    @staticmethod
    def _event(actor: str, name: str, fields: dict, event_id: Optional[str] = None) -> dict:
        return {
            "event_id": event_id or ids.event_id(),
            "occurred_at": time.time_ns() // 1_000_000,
            "actor": actor,
            "payload": (name, fields),
        }

    def _schema(self, topic: str):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._registry.of(topic)
            except RegistryUnavailable as e:
                if time.monotonic() > deadline:
                    raise MillraceError(f"{e}; 'millrace status' says how the stack is") from e
                time.sleep(_TICK_S)

    def _add(self, topic: str, key: str, event: dict, patience_s: float) -> Optional["list[Any]"]:
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

    def _store(self, events: "Iterable[tuple[str, dict]]") -> None:
        outcomes = [self._add(JOB_EVENTS, key, event, PATIENCE_S) for key, event in events]
        with self._changed:
            answered = self._changed.wait_for(lambda: all(outcomes), PATIENCE_S)
        if not answered:
            raise NotStored(self._unanswered())
        for outcome in outcomes:
            if outcome and outcome[0] is not True:
                raise NotStored(f"Kafka did not take the event: {outcome[0]}")

    def _work(self) -> None:
        while not self._ended.is_set():
            for run in list(self._runs):
                run._tick()
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
                    on_delivery=lambda error, stored, outcome=outcome: self._settle(outcome, error),
                )
            except (RegistryUnavailable, BufferError) as e:
                self._failure = str(e)
                self._ended.wait(_TICK_S)
                return
            except (MillraceError, KafkaException) as e:
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

    def flush(self, patience_s: float = PATIENCE_S) -> bool:
        """Waits until everything that was said is stored or refused; False if that takes too long."""
        for run in list(self._runs):
            run._flush()
        with self._changed:
            target = self._accepted
            return self._changed.wait_for(lambda: self._stored + self._refused >= target, patience_s)

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Flushes and ends; raises NotStored, which says how much and why, if something could not be stored."""
        if self._closed:
            return
        self.flush(patience_s)
        with self._changed:
            self._closed = True
            lost, accepted = self._accepted - self._stored, self._accepted
        self._ended.set()
        self._thread.join(_TICK_S * 20)
        _open_clients.discard(self)
        if lost:
            self._producer.purge(blocking=False)
            raise NotStored(f"{lost} of {accepted} events were not stored: {self._unanswered()}")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            self.close()
        except NotStored as e:
            if error is None:
                raise
            print(f"millrace: {e}", file=sys.stderr)


def _features(features: Optional[Mapping[str, Any]]) -> dict:
    """Numbers are doubles, whatever type they have here."""
    return {
        name: value if value is None or isinstance(value, str) else float(value)
        for name, value in (features or {}).items()
    }


def _silent():
    """What a client has to say it raises; librdkafka's own log lines are no news to a user."""
    logger = logging.getLogger("millrace.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


@atexit.register
def _close_all() -> None:
    for client in list(_open_clients):
        try:
            client.close()
        except NotStored as e:
            print(f"millrace: {e}", file=sys.stderr)
