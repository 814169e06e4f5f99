from pathlib import Path

import pytest

from millrace import ids
from millrace.errors import MillraceError
from millrace.schemas import Schema

SCHEMAS = Path(__file__).parents[3] / "schemas" / "avro"


def schema(topic):
    return Schema(7, (SCHEMAS / f"{topic}.avsc").read_text())


def event(name, fields):
    return {"event_id": "e", "occurred_at": 1, "actor": "user:ada", "payload": (name, fields)}


def test_submissions_have_the_ids_that_java_gives_them():
    tags = {"b": "bb", "a": "aa"}
    job = {
        "pool": "default",
        "team": "vision",
        "user": "ada",
        "gpus": 2,
        "tags": tags,
        "work": {"command": ["python3", "train.py"], "environment": tags, "directory": None},
    }
    content = schema("job-events").encode_event("JobSubmitted", job)
    # The same literal stands in Java's SubmissionTest.
    assert ids.submission_id("train", content) == "f4d699d6-7a3d-870a-a8ef-819cba2c9d1d"


def test_events_are_in_the_wire_format():
    encoded = schema("job-events").encode(event("JobCancelRequested", {"reason": "no"}))
    assert encoded == b"\0\0\0\0\x07" + b"\x02e" + b"\x02" + b"\x10user:ada" + b"\x02" + b"\x04no"


def test_what_does_not_fit_is_refused():
    predictions = schema("predictions")
    fields = {"prediction_id": "p", "model_name": "m", "model_version": "1"}
    assert predictions.encode(event("PredictionMade", fields))
    with pytest.raises(MillraceError, match="PredictionMade can't be written"):
        predictions.encode(event("PredictionMade", {**fields, "score": "high"}))
    with pytest.raises(MillraceError, match="has no Guess"):
        predictions.encode(event("Guess", fields))
