"""What it takes to repeat a run, as far as it can be seen from within it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from typing import Optional


def manifest() -> dict:
    commit = _git("rev-parse", "HEAD")
    branch = _git("symbolic-ref", "--short", "-q", "HEAD")
    changes = _git("status", "--porcelain")
    gpus, gpu_type = _gpus()
    return {
        "git_commit": commit,
        "git_branch": branch,
        "git_dirty": None if commit is None else bool(changes),
        "command": [sys.executable, *sys.argv],
        "runtime": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "dependencies": {
            package.metadata["Name"]: package.version
            for package in metadata.distributions()
            if package.metadata["Name"]
        },
        "gpu_type": gpu_type,
        "gpus": gpus,
        "cpus": os.cpu_count() or 0,
        "memory_bytes": _memory(),
    }


def _output(*command: str) -> Optional[str]:
    """None where it fails, or there is no such program."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> Optional[str]:
    output = _output("git", *arguments)
    return output if output or arguments[0] == "status" else None


def _gpus() -> "tuple[int, Optional[str]]":
    """Those of the job where there is one, else those of the machine."""
    names = (_output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "").splitlines()
    own = [gpu for gpu in os.environ.get("MILLRACE_GPU_IDS", "").split(",") if gpu]
    return len(own) or len(names), names[0] if names else None


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
