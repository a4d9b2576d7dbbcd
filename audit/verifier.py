"""Proves audit logs: python3 -I verifier.py DUMP CHECKPOINTS [--practice ID] [--all] [--piece]
Standard library only. docs/AUDIT.md describes the files and every byte hashed or signed."""

import argparse
import json
import struct
import sys
from hashlib import sha256, sha512
from itertools import groupby
from pathlib import Path
from typing import Any

ZEROS, SIX_YEARS = "00" * 32, 6 * 365 * 86_400 * 10**6  # in microseconds
CHECKPOINT = ("practice", "size", "at", "hash", "previous", "key_id", "signature")


def link(practice: str, previous: str, event: Any) -> str:
    """Return the hash that an event must have after ``previous``."""
    seq, at, action, person, kind, target, label, facts, touched, commitment, *_ = event
    clients = sha256(b"".join(map(_raw, sorted(touched)))).digest() if touched else None
    texts = action.encode(), _raw(person), kind.encode(), _raw(target), label.encode()
    parts = [b"\x00", _raw(previous), struct.pack(">B16sqq", 1, _raw(practice), seq, at)]
    for field in (*texts, facts.encode(), clients, _raw(commitment)):
        parts += (b"\xff" * 4,) if field is None else (struct.pack(">i", len(field)), field)
    return sha256(b"".join(parts)).hexdigest()


def _raw(text: str | None) -> Any:
    return None if text is None else bytes.fromhex(text.replace("-", ""))


def message(mark: Any) -> bytes:
    """Return what is signed of a checkpoint; its hash is ``previous`` of the next one."""
    practice, size, at, ends, previous, key_id, _ = mark
    signed = _raw(practice) + struct.pack(">qq", size, at) + _raw(ends) + _raw(previous)
    return b"quietledger audit checkpoint 1\n" + bytes(signed) + str(key_id).encode()


def check(chain: Any, marks: Any, keys: Any, every: bool = False, piece: bool = False) -> Any:
    """Return the event with which the first thing wrong begins, or None, and a plain sentence."""
    practice, start, head, copies, strays, events = chain
    due, before = {}, ZEROS
    for mark in marks:
        due[size := mark[1]] = mark[3]
        if mark[0] != practice or mark[4] != before:
            return size, f"The checkpoint of event {size} was changed, or one before it is lost."
        signed, is_due = message(mark), keys is not None and (every or mark is marks[-1])
        before = sha256(signed).hexdigest()
        if is_due and not is_signed(_raw(keys.get(mark[5], "")), signed, _raw(mark[6])):
            return size, f"The checkpoint of event {size} has no valid signature."
    seq, found = start or (0, ZEROS)
    begun = sound = seq
    for event in events:
        seq, previous = seq + 1, found
        number, _, action, *_, commitment, has_values, found = event
        if number != seq:
            said = f"Event {seq} is missing or out of order: event {number} is here."
            return min(number, seq), said
        if found != link(practice, previous, event):
            return seq, f"Event {seq} ({action}) was changed, or follows on another one."
        if has_values != (commitment is not None):
            return seq, f"The sealed values of event {seq} were added or removed."
        if due.get(seq, found) != found:
            return sound + 1, f"Events {sound + 1} to {seq} were rewritten: a checkpoint says so."
        sound = seq if seq in due else sound
    size, ends = max(due, default=0), head[0] if head else 0
    old = [mark for mark in marks if mark[1] == begun and marks[-1][2] - mark[2] >= SIX_YEARS]
    if not piece and (size > seq or (begun and [mark[3] for mark in old] != [start[1]])):
        return 1 if begun else seq + 1, f"The log has only events {begun + 1} to {seq} of {size}."
    if [seq, found] != list(head or (0, ZEROS)):
        return min(seq, ends) + 1, f"The log ends with event {seq}, but its head says {ends}."
    if piece and (due.get(seq) != found or seq == begun):
        return seq, f"No checkpoint ends with event {seq}: nothing proves the piece."
    for stray in strays:
        return stray, f"Clients are noted as touched by event {stray}, which is not there."
    for lost in () if piece else sorted(set(due) ^ {mark[1] for mark in copies}):
        where = "in the database" if lost in due else "outside"
        return lost, f"The checkpoint of event {lost} is missing {where}."
    return None, f"The log is whole from event {begun + 1} to {seq}."


def is_signed(public: bytes, signed: bytes, signature: bytes) -> bool:
    """Return whether this is the key's Ed25519 signature of the message: RFC 8032, 5.1."""
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def add(one: Any, other: Any) -> Any:  # points in extended coordinates
        a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
        c, z = 2 * one[3] * other[3] * d, 2 * one[2] * other[2]
        e, f, g, h = b - a, z - c, z + c, b + a
        return e * f % p, g * h % p, f * g % p, e * h % p

    def times(scalar: int, point: Any) -> Any:
        half = times(scalar // 2, add(point, point)) if scalar else (0, 1, 1, 0)
        return add(half, point) if scalar % 2 else half

    def decoded(data: bytes) -> Any:
        is_odd, y = divmod(int.from_bytes(data, "little"), 2**255)
        xx = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(xx, (p + 3) // 8, p)
        x = x if x * x % p == xx else x * pow(2, (p - 1) // 4, p) % p
        x = x if x % 2 == is_odd else p - x
        is_point = len(data) == 32 and max(x, y) < p and x * x % p == xx
        return (x, y, 1, x * y % p) if is_point else None

    nonce, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    factor = int.from_bytes(sha512(nonce + public + signed).digest(), "little") % order
    base, *others = map(decoded, ((4 * pow(5, -1, p) % p).to_bytes(32, "little"), nonce, public))
    if not all(others) or len(signature) != 64 or scalar >= order:
        return False
    left, right = times(scalar, base), add(others[0], times(factor, others[1]))
    return not any((left[i] * right[2] - right[i] * left[2]) % p for i in (0, 1))


def read_outside(folder: Path, practice: str) -> Any:
    """Return the checkpoints of a practice that were kept outside, and the public keys by id."""
    file, keys = folder / f"{practice}.jsonl", folder / "keys.json"
    lines = file.read_text().splitlines() if file.exists() else []
    marks = [[*map(json.loads(line).get, CHECKPOINT)] for line in lines if line.endswith("}")]
    return sorted(marks), json.loads(keys.read_text()) if keys.exists() else {}


def main() -> int:
    """Say of each log whether it is whole; return 0 if all are, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("dump", "checkpoints"):
        parser.add_argument(name, type=Path)
    for option in ("--all", "--piece"):
        parser.add_argument(option, action="store_true")
    parser.add_argument("--practice", metavar="ID")
    given = parser.parse_args()
    kept = [] if given.piece else [file.stem for file in given.checkpoints.glob("*.jsonl")]
    missing = 0, "There are checkpoints of this log, but the log is missing."
    unproved = 0, "No checkpoint outside proves this log, or it stands here twice."
    found = dict.fromkeys([given.practice] if given.practice else kept, missing)
    for practice, rows in groupby(map(json.loads, given.dump.open()), lambda row: row[0]):
        try:
            chain = *next(rows), (row[1:] for row in rows)  # noqa: B031  # the rest of the rows
            marks, keys = read_outside(given.checkpoints, practice)
            fit = marks and found.pop(practice, missing) is missing
            found[practice] = check(chain, marks, keys, given.all, given.piece) if fit else unproved
        except Exception as error:
            found[practice] = 0, f"The log cannot be read: {type(error).__name__}."
    found = found or {str(given.dump): (0, "There is no log in this file.")}
    sys.stdout.writelines(ascii(f"{log}: {said}")[1:-1] + "\n" for log, (_, said) in found.items())
    return any(number is not None for number, _ in found.values())


if __name__ == "__main__":
    sys.exit(main())
