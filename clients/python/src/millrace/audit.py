"""Checks the audit log without Millrace: Python's standard library, the log's public key, and nothing else.

    python3 -m millrace.audit log FOLDER --key KEY.pem           an exported log, all of it
    python3 -m millrace.audit proof FILE --key KEY.pem           that the log holds an entry
    python3 -m millrace.audit consistency FILE --key KEY.pem     that a newer log begins with all of an older one

The tree is that of RFC 6962, the checks of proofs are those of RFC 9162, checkpoints are notes as C2SP has them
(signed-note, tlog-checkpoint), signatures are Ed25519 as RFC 8032 has it.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Iterable, List, NamedTuple, Sequence


class NotVerified(Exception):
    """Something does not hold; says what."""


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


# --- The tree ---------------------------------------------------------------------------------------------------------


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that only grows: the complete subtrees that its leaves fill so far, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: List[bytes] = []

    def append(self, content: bytes) -> None:
        hashed = leaf_hash(content)
        carried = self.size
        while carried & 1:
            hashed = node_hash(self._complete.pop(), hashed)
            carried >>= 1
        self._complete.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        if not self._complete:
            return hashlib.sha256(b"").digest()
        root = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            root = node_hash(left, root)
        return root


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a tree of this size and root has the leaf, given by its hash, at this index. RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, hashed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = node_hash(sibling, hashed)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, sibling)
        at >>= 1
        last >>= 1
    return last == 0 and hashed == root


def extends(older: Checkpoint, newer: Checkpoint, path: Sequence[bytes]) -> bool:
    """Whether the newer tree begins with all leaves of the older one. RFC 9162, 2.1.4.2."""
    if not 0 <= older.size <= newer.size:
        return False
    if older.size == newer.size:
        return not path and older.root == newer.root
    if older.size == 0:
        return not path and older.root == hashlib.sha256(b"").digest()
    nodes = list(path)
    if not nodes:
        return False
    if older.size & (older.size - 1) == 0:
        nodes.insert(0, older.root)
    at, last = older.size - 1, newer.size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            after = node_hash(after, node)
        at >>= 1
        last >>= 1
    return last == 0 and before == older.root and after == newer.root


# --- Ed25519: RFC 8032, 5.1.7; points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z -----------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def _times(number: int, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(encoded: bytes):
    """The point of 32 bytes; None where there is none."""
    y = int.from_bytes(encoded, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = P - x
    return x, y, 1, x * y % P


_BASE_POINT = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    public, commitment = _point(key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    x1, y1, z1, _ = _times(scalar, _BASE_POINT)
    x2, y2, z2, _ = _add(commitment, _times(challenge, public))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


# --- Checkpoints ------------------------------------------------------------------------------------------------------


def _base64(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise NotVerified(f"this is no base64: {text}") from e
    if base64.b64encode(decoded).decode() != text:  # bits that decoding drops must be as encoding writes them
        raise NotVerified(f"this is no base64: {text}")
    return decoded


def public_key(pem: str) -> bytes:
    """The 32 bytes of a public key of Ed25519 in PEM."""
    lines = [line.strip() for line in pem.strip().splitlines()]
    prefix = bytes.fromhex("302a300506032b6570032100")
    if len(lines) < 3 or lines[0] != "-----BEGIN PUBLIC KEY-----":
        raise NotVerified("the key must be a PEM file with -----BEGIN PUBLIC KEY-----")
    der = _base64("".join(lines[1:-1]))
    if len(der) != len(prefix) + 32 or not der.startswith(prefix):
        raise NotVerified("the key is none of Ed25519")
    return der[len(prefix) :]


def open_checkpoint(note: str, key: bytes) -> Checkpoint:
    """The checkpoint of a note that this key signed; raises NotVerified for any other."""
    end = note.rfind("\n\n")
    if end < 0 or not note.endswith("\n"):
        raise NotVerified("a signed checkpoint is a text, an empty line, and signatures")
    text = note[: end + 1]
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not re.fullmatch("0|[1-9][0-9]{0,17}", lines[1]):
        raise NotVerified("a checkpoint has three lines: origin, size, root")
    origin = lines[0]
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
    for line in note[end + 2 :].split("\n"):
        if line.startswith(f"\u2014 {origin} "):
            signed = _base64(line.rsplit(" ", 1)[1])
            if signed[:4] == key_id and ed25519_verifies(key, text.encode(), signed[4:]):
                return Checkpoint(origin, int(lines[1]), _base64(lines[2]))
    raise NotVerified(f"the checkpoint of {origin} is not signed by this key")


# --- What is checked --------------------------------------------------------------------------------------------------


def check_log(lines: Iterable[bytes], newest: Checkpoint, witnessed: Iterable[Checkpoint] = ()) -> List[str]:
    """What does not hold of a whole log, its entries given as lines; empty when it is whole."""
    faults = []
    awaited = {newest.size: [newest]}
    for one in witnessed:
        if one.origin != newest.origin:
            faults.append(f"a witness saw a checkpoint of another log, {one.origin}")
        elif one.size > newest.size:
            faults.append(
                f"a witness saw {one.size} entries, and the newest checkpoint has only {newest.size}: the log was cut"
            )
        else:
            awaited.setdefault(one.size, []).append(one)
    tree = Tree()

    def compare():
        for checkpoint in awaited.get(tree.size, ()):
            if checkpoint.root != tree.root():
                faults.append(f"the first {tree.size} entries are not those that the checkpoint was made of")

    compare()
    for line in lines:
        if not line.startswith(b'{"v":1,"index":%d,' % tree.size):
            faults.append(f"in the place of entry {tree.size} lies another")
        tree.append(line)
        compare()
    if tree.size < newest.size:
        faults.append(f"the log ends after {tree.size} entries; the checkpoint has {newest.size}")
    if tree.size > newest.size:
        faults.append(f"the log goes on for {tree.size} entries; the checkpoint has only {newest.size}")
    return faults


def check_proof(proof: dict, key: bytes) -> dict:
    """The entry that a proof shows to be in the log; raises NotVerified."""
    checkpoint = open_checkpoint(proof["checkpoint"], key)
    line = proof["entry"].encode()
    entry = json.loads(line)
    path = [_base64(node) for node in proof["path"]]
    if not includes(leaf_hash(line), entry["index"], checkpoint.size, path, checkpoint.root):
        raise NotVerified(f"the log of this checkpoint does not hold this as entry {entry['index']}")
    return entry


def check_consistency(proof: dict, key: bytes) -> "tuple[Checkpoint, Checkpoint]":
    """The two checkpoints, the older one first; raises NotVerified."""
    older, newer = (open_checkpoint(proof[name], key) for name in ("older", "newer"))
    if older.origin != newer.origin or not extends(older, newer, [_base64(node) for node in proof["path"]]):
        raise NotVerified(f"the log of {newer.size} entries does not begin with that of {older.size}")
    return older, newer


def entries_of(file: Path) -> Iterable[bytes]:
    with file.open("rb") as lines:  # as bytes: only a newline ends an entry
        for line in lines:
            yield line[:-1] if line.endswith(b"\n") else line


def text_of(file: Path) -> str:
    return file.read_bytes().decode()  # as it is: what was signed has no other line ends


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="millrace.audit", description="Checks the audit log offline.")
    parser.add_argument("what", choices=["log", "proof", "consistency"])
    parser.add_argument("path", type=Path, help="the exported log's folder, or the proof's file")
    parser.add_argument("--key", type=Path, required=True, help="the log's public key, from whom you trust")
    asked = parser.parse_args(arguments)
    try:
        key = public_key(text_of(asked.key))
        if asked.what == "log":
            newest = open_checkpoint(text_of(asked.path / "checkpoint"), key)
            witnessed = [open_checkpoint(text_of(file), key) for file in sorted(asked.path.glob("witnessed/*"))]
            faults = check_log(entries_of(asked.path / "entries.jsonl"), newest, witnessed)
            if faults:
                raise NotVerified("; ".join(faults[:10]))
            print(f"{newest.size} entries of {newest.origin} verified, and {len(witnessed)} checkpoints of witnesses")
        elif asked.what == "proof":
            print(json.dumps(check_proof(json.loads(text_of(asked.path)), key), indent=2, ensure_ascii=False))
        else:
            older, newer = check_consistency(json.loads(text_of(asked.path)), key)
            print(f"the log of {newer.size} entries begins with that of {older.size}")
    except (NotVerified, OSError, ValueError, KeyError, TypeError) as e:
        print(f"not verified: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
