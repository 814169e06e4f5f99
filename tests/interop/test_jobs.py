"""What Python says of jobs, as the scheduler and the command line understand it."""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import pytest

import millrace


def states(stack, name):
    rows = json.loads(stack.cli("jobs", "--json", "-n", "100000"))
    return {row["job_id"]: row for row in rows if row["job_id"].startswith(name)}


def eventually(check, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


@pytest.fixture(scope="session")
def blocker(stack):
    """A job that runs on, for others to wait for."""
    with stack.connect() as client:
        client.submit("blocker", team="vision", gpus=1, command=["sleep", "3600"])
    assert eventually(lambda: states(stack, "blocker").get("blocker", {}).get("state") == "RUNNING")
    return "blocker"


def test_a_job_arrives_with_all_that_was_said_of_it(stack, blocker, name):
    with stack.connect() as client:
        assert (
            client.submit(
                name,
                team="vision",
                user="ada",
                gpus=2,
                command=["python3", "train.py", "--name", "Zoë"],
                environment={"SEED": 7},
                queue="interactive",
                tags={"project": "x"},
                limit_ms=60_000,
                after_any=[blocker],
            )
            == name
        )
    (event,) = stack.read("job-events", name)
    assert event["actor"] == "user:ada"
    kind, job = event["payload"]
    assert kind == "JobSubmitted"
    assert (job["team"], job["gpus"]) == ("vision", 2)
    assert job["work"]["command"][-1] == "Zoë"
    assert job["work"]["environment"] == {"SEED": "7"}
    assert job["after"] == [{"job_id": blocker, "condition": "ENDED"}]
    row = eventually(lambda: states(stack, name).get(name))
    assert (row["team"], row["user"], row["gpus"], row["queue"]) == ("vision", "ada", 2, "interactive")
    assert row["submission_event_id"] == event["event_id"]


def test_the_same_submission_again_changes_nothing(stack, blocker, name):
    job = {"team": "vision", "user": "ada", "gpus": 1, "command": ["true"], "after": [blocker]}
    for _ in range(3):
        with stack.connect() as client:
            client.submit(name, **job)
    events = stack.read("job-events", name)
    assert len(events) == 3
    assert len({event["event_id"] for event in events}) == 1
    first = eventually(lambda: stack.read("job-decisions", name))
    with stack.connect() as client:
        client.submit(name, **{**job, "gpus": 2})

    def refused():
        return [event for event in stack.read("job-decisions", name) if event["payload"][0] == "JobRejected"]

    (refusal,) = eventually(refused)
    assert refusal["payload"][1]["code"] == "DUPLICATE_JOB"
    others = [event for event in stack.read("job-decisions", name) if event["event_id"] != refusal["event_id"]]
    assert [event["event_id"] for event in others[: len(first)]] == [event["event_id"] for event in first]
    assert [event["payload"][0] for event in others].count("JobQueued") == 1


def test_python_and_the_command_line_know_each_others_submissions(stack, blocker, name):
    with stack.connect() as client:
        client.submit(
            name,
            team="vision",
            user="ada",
            gpus=1,
            command=["python3", "train.py"],
            environment={"B": "2", "A": "1"},
            directory=os.getcwd(),
            tags={"z": "1", "a": "ä"},
            after=[blocker],
        )
    assert eventually(lambda: states(stack, name))
    same = ["--id", name, "--team", "vision", "--user", "ada", "--env", "A=1", "--env", "B=2"]
    same += ["--tag", "a=ä", "--tag", "z=1", "--after", blocker, "--directory", os.getcwd()]
    assert stack.cli("submit", *same, "--gpus", "1", "--", "python3", "train.py") == f"{name}\n"
    assert len(stack.read("job-events", name)) == 1
    other = stack.cli("submit", *same, "--gpus", "2", "--", "python3", "train.py", status=1)
    assert f"there is a job {name} already, and it is not the same" in other


def test_what_the_command_line_submits_is_read_from_python(stack, blocker, name):
    stack.cli(
        "submit", "--id", name, "--team", "vision", "--gpus", "1", "--array", "0-2", "--after", blocker, "--", "true"
    )
    for index in range(3):
        (event,) = stack.read("job-events", f"{name}-{index}")
        assert event["payload"][1]["array"] == {"array_id": name, "index": index, "size": 3}
        assert event["payload"][1]["work"]["directory"] == os.getcwd()
    assert eventually(lambda: len(states(stack, name)) == 3)
    assert stack.cli("cancel", name) == f"Asked to cancel 3 of 3 jobs of {name}.\n"


def test_an_array_and_its_cancellation(stack, blocker, name):
    with stack.connect() as client:
        # As one of their own: what waits of a user counts against that user's limit.
        job = {"team": "vision", "user": name, "gpus": 1, "command": ["true"], "after": [blocker]}
        client.submit(name, **job, array=range(100))
        client.cancel(f"{name}-7", reason="changed my mind", user="bob")
    assert [event["payload"] for event in stack.read("job-events", f"{name}-7")][1:] == [
        ("JobCancelRequested", {"reason": "changed my mind"})
    ]
    assert eventually(lambda: len(states(stack, name)) == 100)


def test_mistakes_are_named(stack, name):
    with stack.connect() as client:
        with pytest.raises(millrace.MillraceError, match="there is no gpu_typ; there are gpu_type, "):
            client.submit(name, team="t", gpus=1, gpu_typ="V100")
        with pytest.raises(millrace.MillraceError, match="JobSubmitted can't be written"):
            client.submit(name, team="t", gpus="many")
        with pytest.raises(millrace.MillraceError, match="at least one index"):
            client.submit(name, team="t", gpus=1, array=[])
    with pytest.raises(millrace.MillraceError, match="closed"):
        client.cancel(name)
    assert stack.read("job-events", name) == []


def test_the_example_runs(stack, python):
    code = (Path(__file__).parents[2] / "examples" / "python" / "submit_job.py").read_text()
    out, err = python(code, str(stack.properties)).communicate(timeout=60)
    assert err == ""
    job, run = out.split()
    assert [event["payload"][0] for event in stack.read("job-events", job)] == ["JobSubmitted", "JobCancelRequested"]
    assert stack.read("run-events", run)[-1]["payload"][0] == "RunEnded"


def test_a_wrong_password_is_named(stack, name, tmp_path):
    file = tmp_path / "client.properties"
    lines = stack.properties.read_text().splitlines()
    file.write_text("\n".join("sasl.password=wrong" if line.startswith("sasl.password") else line for line in lines))
    client = millrace.connect(file)
    assert client.log_prediction(name, "1", "p")
    with pytest.raises(millrace.NotStored, match="(?i)^1 of 1 events were not stored: .*authentication"):
        client.close(patience_s=5)


def test_what_a_jobs_code_reports_arrives_by_its_agent(stack, name):
    code = "from millrace import job; job.checkpoint('c/7', 7); job.progress(0.5, 7); print(job.current().run_id)"
    with stack.connect() as client:
        client.submit(
            name,
            team="vision",
            gpus=1,
            command=[sys.executable, "-S", "-c", code],
            environment={"PYTHONPATH": str(Path(millrace.__file__).parents[1])},
        )
    completed = eventually(lambda: states(stack, name).get(name, {}).get("state") == "COMPLETED")
    assert completed, stack.cli("explain", name) + stack.cli("logs", name) + stack.cli("logs", "agent")
    assert [event["payload"] for event in stack.read("job-events", name)][1:] == [
        ("CheckpointSaved", {"attempt": 1, "path": "c/7", "step": 7}),
        ("ProgressReported", {"attempt": 1, "fraction": 0.5, "step": 7}),
    ]
    assert stack.cli("logs", name).strip() == hashlib.sha256(f"job/{name}".encode()).hexdigest()[:32]
