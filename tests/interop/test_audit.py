"""The audit log of a running stack, checked by what knows nothing of Millrace but the log's public key."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from millrace import audit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def key(stack):
    return stack.data / "state" / "governance" / "audit" / "key" / "public.pem"


def ask(stack, *arguments):
    return subprocess.run(
        [str(ROOT / "millrace"), "audit", *arguments, "--data", str(stack.data)],
        capture_output=True,
        text=True,
        timeout=300,
    )


def entries(folder):
    return list(audit.entries_of(folder / "entries.jsonl"))


def exported(stack, folder, subject):
    """An export that has an entry of that subject: it is signed some seconds after it happened."""
    deadline = time.monotonic() + 180
    for number in range(1000):
        target = folder / f"exported-{number}"
        done = ask(stack, "export", str(target))
        found = done.returncode == 0 and any(json.loads(line)["subject"] == subject for line in entries(target))
        if found:
            return target
        assert time.monotonic() < deadline, done.stdout + done.stderr
        time.sleep(1)


def test_an_exported_log_is_whole_and_every_change_of_it_shows(stack, key, name, tmp_path, capsys):
    with stack.connect() as client:
        client.submit(name, team="vision", gpus=1, command=["true"])
    folder = exported(stack, tmp_path, name)
    assert audit.main(["log", str(folder), "--key", str(key)]) == 0
    assert "entries of millrace/audit verified" in capsys.readouterr().out

    lines = entries(folder)
    public = audit.public_key(key.read_text())
    newest = audit.open_checkpoint((folder / "checkpoint").read_text(), public)
    at = next(index for index, line in enumerate(lines) if json.loads(line)["subject"] == name)
    for changed in (
        [*lines[:at], lines[at].replace(name.encode(), b"somebody-else"), *lines[at + 1 :]],
        [*lines[:at], *lines[at + 1 :]],
        [*lines[:at], lines[at], *lines[at:]],
        lines[:-1],
        lines[::-1],
    ):
        assert audit.check_log(changed, newest)
    assert audit.check_log(lines, newest) == []


def test_proofs_hold_without_the_log(stack, key, name, tmp_path):
    with stack.connect() as client:
        client.submit(name, team="vision", gpus=1, command=["true"])
    older = exported(stack, tmp_path / "older", name)
    with stack.connect() as client:
        client.submit(f"{name}-2", team="vision", gpus=1, command=["true"])
    exported(stack, tmp_path / "newer", f"{name}-2")
    public = audit.public_key(key.read_text())

    growth = json.loads(ask(stack, "prove-growth", str(older / "checkpoint")).stdout)
    before, after = audit.check_consistency(growth, public)
    assert before.size == len(entries(older)) < after.size

    assert ask(stack, "export", str(tmp_path / "proofs"), "--subject", name).returncode == 0
    proofs = [json.loads(line) for line in (tmp_path / "proofs" / "proofs.jsonl").read_text().splitlines()]
    actions = [audit.check_proof(proof, public)["action"] for proof in proofs]
    assert {"JobSubmitted", "JobQueued"} <= set(actions)
    proofs[0]["entry"] = proofs[0]["entry"].replace(name, "somebody-else")
    with pytest.raises(audit.NotVerified):
        audit.check_proof(proofs[0], public)


def test_every_record_is_in_the_log(stack):
    done = ask(stack, "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["verified"] and found["source_records"] > 0
    assert (found["missing"], found["doubled"], found["changed"]) == (0, 0, 0)
