import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from millrace import job

SOURCE = str(Path(job.__file__).parents[1])


def test_is_nothing_outside_a_job(monkeypatch):
    for name in list(os.environ):
        if name.startswith("MILLRACE_"):
            monkeypatch.delenv(name)
    assert job.current() is None
    assert job.resume() is None
    job.checkpoint("nowhere", 1)
    job.progress(0.5, 1)


def test_says_what_the_agent_says(monkeypatch):
    for name, value in {
        "MILLRACE_JOB_ID": "train",
        "MILLRACE_ATTEMPT": "2",
        "MILLRACE_RUN_ID": "0123",
        "RANK": "1",
        "WORLD_SIZE": "4",
        "MILLRACE_GPU_IDS": "0,3",
        "MILLRACE_CHECKPOINT_DIR": "/data/checkpoints",
        "MILLRACE_ARRAY_INDEX": "7",
        "MILLRACE_RESUME_PATH": "c/7",
        "MILLRACE_RESUME_STEP": "700",
    }.items():
        monkeypatch.setenv(name, value)
    assert job.current() == job.Job("train", 2, "0123", 1, 4, [0, 3], "/data/checkpoints", 7)
    assert job.resume() == job.Resume("c/7", 700)


def test_reports_line_by_line(monkeypatch, tmp_path):
    report = tmp_path / "report"
    monkeypatch.setenv("MILLRACE_REPORT_FILE", str(report))
    job.checkpoint(tmp_path / "a b", 10)
    job.progress(1.5, 11)
    assert [json.loads(line) for line in report.read_text().splitlines()] == [
        {"event": "checkpoint", "path": str(tmp_path / "a b"), "step": 10},
        {"event": "progress", "fraction": 1.0, "step": 11},
    ]


def test_notices_that_it_has_to_stop():
    code = (
        "import time\nfrom millrace import job\nstop = job.on_preempt()\nprint('ready', flush=True)\n"
        "while not stop.is_set(): time.sleep(0.01)\nprint('saved')\njob.leave()\n"
    )
    # -S: without anything that pip installed.
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", code], env={"PYTHONPATH": SOURCE}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[0] == "saved\n"
    assert process.returncode == 143
