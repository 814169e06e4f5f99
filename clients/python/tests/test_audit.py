import json
import random
from pathlib import Path

import pytest

from millrace import audit

FOLDER = Path(__file__).parent / "fixtures" / "audit"
KEY = audit.public_key((FOLDER / "key.pem").read_text())
NOTE = (FOLDER / "checkpoint").read_text()
NEWEST = audit.open_checkpoint(NOTE, KEY)
LINES = list(audit.entries_of(FOLDER / "entries.jsonl"))
WITNESSED = [audit.open_checkpoint(file.read_text(), KEY) for file in sorted(FOLDER.glob("witnessed/*"))]


def path(file):
    return file.read_text().split()


def number(file):
    return int(file.name.split("-")[1])


def test_the_published_roots():
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = audit.Tree()
    assert tree.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for leaf in leaves:
        tree.append(bytes.fromhex(leaf))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_signatures_as_rfc_8032_has_them():
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert audit.ed25519_verifies(key, b"\x72", signature)
    assert not audit.ed25519_verifies(key, b"\x73", signature)
    for i in range(64):
        bent = signature[:i] + bytes([signature[i] ^ 1]) + signature[i + 1 :]
        assert not audit.ed25519_verifies(key, b"\x72", bent)
    assert not audit.ed25519_verifies(key, b"\x72", signature[:-1])


def test_the_log_that_java_wrote():
    assert NEWEST.size == len(LINES) == 300
    assert len(WITNESSED) == 7
    assert audit.check_log(LINES, NEWEST, WITNESSED) == []


@pytest.mark.parametrize("file", sorted(FOLDER.glob("inclusion-*")), ids=lambda file: file.name)
def test_the_proofs_that_java_wrote(file):
    proof = {"checkpoint": NOTE, "entry": LINES[number(file)].decode(), "path": path(file)}
    assert audit.check_proof(proof, KEY)["index"] == number(file)
    with pytest.raises(audit.NotVerified):
        audit.check_proof({**proof, "entry": proof["entry"].replace("job-events", "job-event")}, KEY)
    with pytest.raises(audit.NotVerified):
        audit.check_proof({**proof, "path": path(file)[:-1]}, KEY)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("consistency-*")), ids=lambda file: file.name)
def test_that_the_log_that_java_wrote_only_grew(file):
    older = (FOLDER / "witnessed" / str(number(file))).read_text()
    proof = {"older": older, "newer": NOTE, "path": path(file)}
    assert audit.check_consistency(proof, KEY) == (audit.open_checkpoint(older, KEY), NEWEST)
    with pytest.raises(audit.NotVerified):
        audit.check_consistency({**proof, "path": path(file)[1:]}, KEY)


def checkpoint(lines):
    tree = audit.Tree()
    for line in lines:
        tree.append(line)
    return audit.Checkpoint(NEWEST.origin, tree.size, tree.root())


def tampered(chance, kind, lines):
    bent = list(lines)
    at = chance.randrange(len(bent))
    if kind == "edited":
        column = chance.randrange(len(bent[at]))
        bent[at] = bent[at][:column] + bytes([bent[at][column] ^ 1]) + bent[at][column + 1 :]
    elif kind == "dropped":
        del bent[at]
    elif kind == "reordered":
        other = (at + 1 + chance.randrange(len(bent) - 1)) % len(bent)
        bent[at], bent[other] = bent[other], bent[at]
    elif kind == "truncated":
        del bent[at:]
    elif kind == "forked":
        bent[at:] = [line.replace(b"job-events", b"run-events") for line in bent[at:]]
    elif kind == "prolonged":
        bent.append(LINES[len(bent)])
    return bent


def test_every_tampering_is_found():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    missed = []
    for _ in range(10_000):
        lines = LINES[: chance.randrange(2, 40)]
        kind = chance.choice(["edited", "dropped", "reordered", "truncated", "forked", "prolonged"])
        bent = tampered(chance, kind, lines)
        true = checkpoint(lines)
        if audit.check_log(bent, true) == []:
            missed.append((kind, len(lines)))
        # Its owner, who has the key, may sign the bent log: what witnesses saw tells. To prolong it is to use it.
        if kind != "prolonged" and audit.check_log(bent, checkpoint(bent), [true]) == []:
            missed.append((kind, len(lines), "by its owner"))
    assert missed == []


def test_other_line_ends_are_another_text(tmp_path, capsys):
    (tmp_path / "entries.jsonl").write_bytes((FOLDER / "entries.jsonl").read_bytes())
    (tmp_path / "checkpoint").write_bytes(NOTE.replace("\n", "\r\n").encode())
    assert audit.main(["log", str(tmp_path), "--key", str(FOLDER / "key.pem")]) == 1
    assert capsys.readouterr().err.startswith("not verified: ")


def test_every_tampering_with_a_checkpoint_is_found():
    for i in range(len(NOTE)):
        with pytest.raises(audit.NotVerified):
            audit.open_checkpoint(NOTE[:i] + chr(ord(NOTE[i]) ^ 1) + NOTE[i + 1 :], KEY)


def test_the_command(tmp_path, capsys):
    key = str(FOLDER / "key.pem")
    assert audit.main(["log", str(FOLDER), "--key", key]) == 0
    assert capsys.readouterr().out == (
        "300 entries of millrace/recorded verified, and 7 checkpoints of witnesses\n"
    )
    proof = tmp_path / "proof.json"
    proof.write_text(
        json.dumps({"checkpoint": NOTE, "entry": LINES[1].decode(), "path": path(FOLDER / "inclusion-1")})
    )
    assert audit.main(["proof", str(proof), "--key", key]) == 0
    assert json.loads(capsys.readouterr().out)["index"] == 1
    proof.write_text(json.dumps({"checkpoint": NOTE, "entry": LINES[0].decode(), "path": []}))
    assert audit.main(["proof", str(proof), "--key", key]) == 1
    assert capsys.readouterr().err == "not verified: the log of this checkpoint does not hold this as entry 0\n"
