"""Runs and predictions: what was handed over arrives, in order, once, also when a producer or Kafka dies."""

import math
import random
import time

import pytest

import millrace
from millrace.config import Config


def test_a_run_arrives_in_order(stack, tmp_path):
    artifact = tmp_path / "model.bin"
    artifact.write_bytes(b"x" * 1000)
    with stack.connect() as client:
        with client.start_run("e", "first", user="ada", params={"lr": 0.1}, tags={"a": "b"}) as run:
            for step in range(2500):
                run.log_metrics({"loss": 1 / (step + 1), "nan": math.nan}, step=step)
            run.set_tags({"best": True}, remove=["a"])
            run.log_inputs({"name": "digits", "digest": "sha256:00", "tags": {"context": "training"}})
            run.log_artifact(artifact)
            run.record_manifest(seeds={"python": 7})
        with pytest.raises(millrace.MillraceError, match="has ended"):
            run.log_metric("loss", 1.0)
    events = stack.read("run-events", run.id)
    kinds = [event["payload"][0] for event in events]
    assert kinds[:2] == ["RunStarted", "ParamsLogged"]
    assert kinds[-5:] == ["TagsSet", "InputsLogged", "ArtifactLogged", "ManifestRecorded", "RunEnded"]
    assert set(kinds[2:-5]) == {"MetricsLogged"}
    metrics = [metric for event in events[2:-5] for metric in event["payload"][1]["metrics"]]
    assert [metric["step"] for metric in metrics if metric["key"] == "loss"] == list(range(2500))
    assert all(math.isnan(metric["value"]) for metric in metrics if metric["key"] == "nan")
    assert len(kinds) < 60
    ids = [event["event_id"] for event in events]
    assert ids == sorted(set(ids))
    assert events[-3]["payload"][1]["bytes"] == 1000
    assert events[-2]["payload"][1]["seeds"] == {"python": 7}
    assert events[-1]["payload"][1]["status"] == "FINISHED"


def test_a_run_ends_as_its_block_does(stack):
    with stack.connect() as client:
        with pytest.raises(ZeroDivisionError), client.start_run("e") as failed:
            1 / 0
        with pytest.raises(SystemExit), client.start_run("e") as killed:
            raise SystemExit(143)
    assert stack.read("run-events", failed.id)[-1]["payload"][1] == {
        "status": "FAILED",
        "message": "ZeroDivisionError: division by zero",
    }
    assert stack.read("run-events", killed.id)[-1]["payload"][1]["status"] == "KILLED"


def test_a_run_says_that_it_is_alive(stack):
    with stack.connect() as client, client.start_run("e", silent_after_s=0.6) as run:
        time.sleep(1.5)
    assert ("RunHeartbeat", {"silent_after_ms": 600}) in [e["payload"] for e in stack.read("run-events", run.id)]


def test_a_run_of_a_job_is_the_jobs(stack, name, monkeypatch):
    monkeypatch.setenv("MILLRACE_JOB_ID", name)
    monkeypatch.setenv("MILLRACE_ATTEMPT", "2")
    monkeypatch.setenv("MILLRACE_RUN_ID", name.replace("-", ""))
    with stack.connect() as client, client.start_run("e") as run:
        with client.start_run("e", parent=run) as child:
            pass
    started = stack.read("run-events", name.replace("-", ""))[0]["payload"][1]
    assert (started["job_id"], started["attempt"]) == (name, 2)
    assert stack.read("run-events", child.id)[0]["payload"][1]["parent_run_id"] == run.id


def test_predictions_arrive_once(stack, name):
    begin = time.monotonic()
    with stack.connect() as client:
        for number in range(20_000):
            assert client.log_prediction(
                name,
                "3",
                f"p-{number}",
                features={"age": 31, "channel": "web", "income": None},
                score=0.5,
                groups={"age": "25-34"},
                latency_ms=1.5,
            )
        assert client.flush()
        print(f"{20_000 / (time.monotonic() - begin):.0f} predictions/s")
        assert client.not_stored == 0
    events = stack.read("predictions", f"{name}/3")
    assert [event["payload"][1]["prediction_id"] for event in events] == [f"p-{n}" for n in range(20_000)]
    assert events[0]["payload"][1]["features"] == {"age": 31.0, "channel": "web", "income": None}


WRITER = """
import sys, millrace
client = millrace.connect()
for number in range(10_000_000):
    client.log_prediction(sys.argv[1], "1", str(number))
    if number % 1000 == 999:
        assert client.flush()
        print(number, flush=True)
"""


@pytest.mark.parametrize("round", range(3))
def test_kill_9_loses_nothing_that_was_flushed(stack, name, python, round):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    writer = python(WRITER, name)
    flushed = [int(writer.stdout.readline()) for _ in range(chance.randrange(1, 4))][-1]
    time.sleep(chance.random() * 0.3)
    writer.kill()
    rest = writer.communicate()[0].split()
    flushed = int(rest[-1]) if rest else flushed
    arrived = [int(event["payload"][1]["prediction_id"]) for event in stack.read("predictions", f"{name}/1")]
    # Without a gap and once each: beyond what was flushed some more may have come, but nothing out of order.
    assert arrived == list(range(len(arrived)))
    assert len(arrived) > flushed


def test_the_end_of_a_program_flushes(stack, name, python):
    code = (
        "import sys, millrace\nclient = millrace.connect()\n"
        "for n in range(500): client.log_prediction(sys.argv[1], '1', str(n))\n"
    )
    writer = python(code, name)
    assert writer.communicate(timeout=60)[1] == ""
    assert len(stack.read("predictions", f"{name}/1")) == 500


def test_what_cannot_be_stored_is_told(stack, tmp_path, name):
    lines = stack.properties.read_text().splitlines()
    dead = ["bootstrap.servers=127.0.0.1:1" if line.startswith("bootstrap.servers") else line for line in lines]
    file = tmp_path / "client.properties"
    file.write_text("\n".join(dead))
    client = millrace.connect(file)
    assert client.log_prediction(name, "1", "p")
    with pytest.raises(millrace.NotStored, match="^1 of 1 events were not stored: .*'millrace status' says"):
        client.close(patience_s=2)
    file.write_text(
        "\n".join(
            line.replace("schema.registry.url=http://127.0.0.1:", "schema.registry.url=http://127.0.0.1:1/")
            for line in lines
        )
    )
    client = millrace.Client(Config.read(file))
    client.log_prediction(name, "1", "p")
    with pytest.raises(millrace.NotStored, match="^1 of 1 events were not stored: schema registry "):
        client.close(patience_s=1)
