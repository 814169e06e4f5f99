"""A run that goes on: what it was given, what it measures, what it makes."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from .errors import MillraceError

if TYPE_CHECKING:
    from .client import Client

_METRICS_AT_ONCE = 1000


class Run:
    """Its metrics are gathered and sent many at once, within a fraction of a second. Thread safe."""

    def __init__(self, client: Client, run_id: str, user: str, started: dict):
        self.id = run_id
        self._client = client
        self._user = user
        self._silent_after_ms = started["silent_after_ms"]
        self._lock = threading.RLock()
        self._metrics: "list[dict]" = []
        self._heard_of_at = 0.0
        self._ended = False
        self._say("RunStarted", started)

    def log_param(self, key: str, value: Any) -> None:
        self.log_params({key: value})

    def log_params(self, params: Mapping[str, Any]) -> None:
        self._say("ParamsLogged", {"params": {key: str(value) for key, value in params.items()}})

    def log_metric(self, key: str, value: float, step: int = 0, timestamp_ms: Optional[int] = None) -> None:
        self.log_metrics({key: value}, step, timestamp_ms)

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0, timestamp_ms: Optional[int] = None) -> None:
        at = time.time_ns() // 1_000_000 if timestamp_ms is None else timestamp_ms
        values = [
            {"key": key, "value": float(value), "step": int(step), "timestamp": at} for key, value in metrics.items()
        ]
        with self._lock:
            self._require_going_on()
            self._metrics.extend(values)
            if len(self._metrics) >= _METRICS_AT_ONCE:
                self._flush()

    def set_tags(self, tags: Mapping[str, Any], remove: Sequence[str] = ()) -> None:
        self._say("TagsSet", {"tags": {key: str(value) for key, value in tags.items()}, "removed": list(remove)})

    def log_inputs(self, *inputs: Mapping[str, Any]) -> None:
        """Data sets that it reads: the name of each, and what is known of version, digest, source_type, source,
        schema, profile and tags."""
        self._say("InputsLogged", {"inputs": [dict(one) for one in inputs]})

    def log_artifact(self, file: Union[str, Path], path: Optional[str] = None) -> None:
        """Tells of a file where it lies; path is its name within the run, its own by default."""
        file = Path(file)
        digest = hashlib.sha256()
        with file.open("rb") as content:
            for block in iter(lambda: content.read(1 << 20), b""):
                digest.update(block)
        self._say(
            "ArtifactLogged",
            {
                "path": path or file.name,
                "uri": file.resolve().as_uri(),
                "bytes": file.stat().st_size,
                "sha256": digest.hexdigest(),
            },
        )

    def record_manifest(self, seeds: Optional[Mapping[str, int]] = None, **more: Any) -> None:
        """What it takes to repeat the run, as far as it can be seen from here; more counts before that."""
        from .manifest import manifest

        self._say("ManifestRecorded", {**manifest(), "seeds": dict(seeds or {}), **more})

    def end(self, status: str = "FINISHED", message: str = "") -> None:
        """status: FINISHED, FAILED or KILLED."""
        with self._lock:
            if not self._ended:
                self._say("RunEnded", {"status": status, "message": message})
                self._ended = True
                self._client._run_ended(self)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind, error, trace) -> None:
        if error is None:
            self.end()
        elif isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.end("KILLED", type(error).__name__)
        else:
            self.end("FAILED", f"{type(error).__name__}: {error}")

    def _say(self, name: str, fields: dict) -> None:
        """In the order of the calls: metrics that were logged before go first."""
        with self._lock:
            self._require_going_on()
            self._flush()
            self._heard_of_at = time.monotonic()
            self._client._log(self.id, self._user, name, fields)

    def _flush(self) -> None:
        with self._lock:
            while self._metrics:
                batch, self._metrics = self._metrics[:_METRICS_AT_ONCE], self._metrics[_METRICS_AT_ONCE:]
                self._heard_of_at = time.monotonic()
                self._client._log(self.id, self._user, "MetricsLogged", {"metrics": batch})

    def _tick(self) -> None:
        """Called by the client's thread, which must not wait for room that only it can make."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if not self._client._has_room():
                return
            self._flush()
            silent = self._silent_after_ms
            if not self._ended and silent and (time.monotonic() - self._heard_of_at) * 3000 >= silent:
                self._say("RunHeartbeat", {"silent_after_ms": silent})
        finally:
            self._lock.release()

    def _require_going_on(self) -> None:
        if self._ended:
            raise MillraceError(f"run {self.id} has ended")
