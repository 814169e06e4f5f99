"""Code that an agent of Millrace runs: who it is, where it goes on from, what it reports.

Needs nothing but Python itself, and does no harm outside a job: `resume` is None there, and reports go nowhere.

    from millrace import job

    stop = job.on_preempt()
    start = job.resume()
    for step in range(start.step if start else 0, steps):
        train(step)
        if step % 100 == 0 or stop.is_set():
            save(path)
            job.checkpoint(path, step)
        if stop.is_set():
            job.leave()
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import NamedTuple, NoReturn, Optional

# As of a process that SIGTERM ended.
STOPPED = 128 + signal.SIGTERM


class Resume(NamedTuple):
    """The newest checkpoint of an earlier attempt."""

    path: str
    step: int


class Job(NamedTuple):
    """The attempt that this code runs in."""

    id: str
    attempt: int
    """From 1."""
    run_id: str
    """Under which the job's runs are tracked; the same in every attempt."""
    rank: int
    """Of this process's node in the attempt, from 0."""
    world_size: int
    """Nodes of the attempt."""
    gpu_ids: list[int]
    """GPUs of this node that are the job's."""
    checkpoint_dir: Optional[str]
    """A folder for checkpoints that later attempts on this node find again."""
    array_index: Optional[int]
    """Of this job in its array; None if it is in none."""


def current() -> Optional[Job]:
    """None outside a job."""
    job = os.environ.get("MILLRACE_JOB_ID")
    if not job:
        return None
    index = os.environ.get("MILLRACE_ARRAY_INDEX")
    return Job(
        id=job,
        attempt=int(os.environ.get("MILLRACE_ATTEMPT", "1")),
        run_id=os.environ.get("MILLRACE_RUN_ID", job),
        rank=int(os.environ.get("RANK", "0")),
        world_size=int(os.environ.get("WORLD_SIZE", "1")),
        gpu_ids=[int(gpu) for gpu in os.environ.get("MILLRACE_GPU_IDS", "").split(",") if gpu],
        checkpoint_dir=os.environ.get("MILLRACE_CHECKPOINT_DIR"),
        array_index=None if index is None else int(index),
    )


def resume() -> Optional[Resume]:
    """Where to go on from; None to begin at the beginning."""
    path = os.environ.get("MILLRACE_RESUME_PATH")
    return None if not path else Resume(path, int(os.environ.get("MILLRACE_RESUME_STEP", "0")))


def checkpoint(path: "str | os.PathLike[str]", step: int) -> None:
    """Says that a later attempt can go on from a checkpoint. Say it when the checkpoint is whole."""
    _report({"event": "checkpoint", "path": os.fspath(path), "step": int(step)})


def progress(fraction: float, step: int) -> None:
    """Says how much of the work is done, from 0 to 1."""
    _report({"event": "progress", "fraction": min(1.0, max(0.0, float(fraction))), "step": int(step)})


class Stop:
    """Whether the job was asked to stop."""

    _asked = False

    def is_set(self) -> bool:
        return self._asked


def on_preempt() -> Stop:
    """Notices when the job has to stop: it is asked by SIGTERM, and killed when its grace is over.

    Look at the flag between two steps: save a checkpoint, and `leave`. Call this from the main thread.
    """
    stop = Stop()

    def asked(signum, frame):
        stop._asked = True

    signal.signal(signal.SIGTERM, asked)
    return stop


def leave() -> NoReturn:
    """Ends the process as one that was stopped."""
    sys.exit(STOPPED)


def _report(line: dict) -> None:
    file = os.environ.get("MILLRACE_REPORT_FILE")
    if file:
        # One write, so that lines of several processes don't mix.
        fd = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(fd, (json.dumps(line) + "\n").encode())
        finally:
            os.close(fd)
