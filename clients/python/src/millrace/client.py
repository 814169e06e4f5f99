"""The way events go: gathered, encoded and sent by a thread of the client's own."""

from __future__ import annotations

import atexit
import getpass
import sys
import time
import weakref
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from . import ids
from . import job as current_job
from .config import Config
from .errors import MillraceError, NotStored
from .outbox import PATIENCE_S, Outbox
from .run import Run

JOB_EVENTS = "job-events"
RUN_EVENTS = "run-events"
PREDICTIONS = "predictions"

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
        self._runs: "set[Run]" = set()
        self._closed = False
        self._outbox = Outbox(config, self._tick)
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
        schema = self._outbox.schema(JOB_EVENTS)
        self._outbox.store(
            JOB_EVENTS,
            [
                (
                    key,
                    _event(
                        "user:" + value["user"],
                        "JobSubmitted",
                        value,
                        ids.submission_id(key, schema.encode_event("JobSubmitted", value)),
                    ),
                )
                for key, value in jobs.items()
            ],
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
        self._outbox.store(JOB_EVENTS, [(job, _event("user:" + (user or getpass.getuser()), name, fields))])

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
        event = _event(
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
        return self._outbox.add(PREDICTIONS, f"{model}/{version}", event, 0) is not None

    def _log(self, run_id: str, user: str, name: str, fields: dict) -> None:
        self._outbox.add(RUN_EVENTS, run_id, _event("user:" + user, name, fields), PATIENCE_S)

    def _has_room(self) -> bool:
        return self._outbox.has_room()

    def _run_ended(self, run: Run) -> None:
        self._runs.discard(run)

    def _tick(self) -> None:
        for run in list(self._runs):
            run._tick()

    # ---- the end

    @property
    def not_stored(self) -> int:
        """Events that were handed over and are not known to be stored."""
        return self._outbox.not_stored

    def flush(self, patience_s: float = PATIENCE_S) -> bool:
        """Waits until everything that was said is stored or refused; False if that takes too long."""
        for run in list(self._runs):
            run._flush()
        return self._outbox.flush(patience_s)

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Flushes and ends; raises NotStored, which says how much and why, if something could not be stored."""
        if self._closed:
            return
        self._closed = True
        for run in list(self._runs):
            run._flush()
        _open_clients.discard(self)
        self._outbox.close(patience_s)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            self.close()
        except NotStored as e:
            if error is None:
                raise
            print(f"millrace: {e}", file=sys.stderr)


def _event(actor: str, name: str, fields: dict, event_id: Optional[str] = None) -> dict:
    return {
        "event_id": event_id or ids.event_id(),
        "occurred_at": time.time_ns() // 1_000_000,
        "actor": actor,
        "payload": (name, fields),
    }


def _features(features: Optional[Mapping[str, Any]]) -> dict:
    """Numbers are doubles, whatever type they have here."""
    return {
        name: value if value is None or isinstance(value, str) else float(value)
        for name, value in (features or {}).items()
    }


@atexit.register
def _close_all() -> None:
    for client in list(_open_clients):
        try:
            client.close()
        except NotStored as e:
            print(f"millrace: {e}", file=sys.stderr)
