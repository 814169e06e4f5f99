"""Ids that a client gives: unique, and in the order of their making when sorted."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
import uuid

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0


def event_id() -> str:
    """A UUID of version 7: milliseconds first, then a counter within them."""
    global _last
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << _COUNTER_BITS)
        moment = _last
    counter = moment & ((1 << _COUNTER_BITS) - 1)
    high = (moment >> _COUNTER_BITS) << 16 | 0x7000 | counter
    low = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    return str(uuid.UUID(int=high << 64 | low))


def job_id() -> str:
    """Short enough to be typed."""
    suffix = random.SystemRandom().randrange(36**5)
    return f"job-{_base36(time.time_ns() // 1_000_000)}-{_base36(suffix).rjust(5, '0')}"


def run_id() -> str:
    """32 hex digits."""
    return event_id().replace("-", "")


def submission_id(job: str, content: bytes) -> str:
    """Made of a job's name and content (a UUID of version 8): who sends both again sends the same event again."""
    value = int.from_bytes(hashlib.sha256(job.encode() + b"\0" + content).digest()[:16], "big")
    value = value & ~(0xF000 << 64) | 0x8000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    return str(uuid.UUID(int=value))


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if number == 0:
            return digits
