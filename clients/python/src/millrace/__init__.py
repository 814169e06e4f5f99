"""Writes to Millrace: jobs, what training code says of its runs, and what models answer.

    import millrace

    with millrace.connect() as client:
        client.submit(team="vision", gpus=2, command=["python3", "train.py"])

Within a job, `millrace.job` is all that is needed, and needs nothing but Python itself.
"""

from __future__ import annotations

__all__ = ["Client", "MillraceError", "NotStored", "Run", "connect", "job"]


def __getattr__(name: str):
    # Loaded when first used: code in a job takes millrace.job alone, without the libraries that the rest needs.
    if name in ("Client", "connect"):
        from . import client

        return getattr(client, name)
    if name in ("MillraceError", "NotStored"):
        from . import errors

        return getattr(errors, name)
    if name == "Run":
        from .run import Run

        return Run
    raise AttributeError(f"module 'millrace' has no attribute {name!r}")
