"""Proves an audit log: python3 -I audit/verifier.py DUMP CHECKPOINTS [--all] [--practice ID]

Standard library only, so that an auditor can run it on a machine of their own. DUMP is written by
`manage.py verify_audit --dump`, in lines of JSON lists, each beginning with a practice: first its
head (number, hash), copies of checkpoints and strays, as in Chain; then its events, as in Event.
CHECKPOINTS is a directory that was kept outside the database: keys.json, an object of key id:
Ed25519 public key, and for each practice a file ID.jsonl of objects, as in Checkpoint. Bytes: hex.
Copy CHECKPOINTS first and write DUMP after it: a log that is shorter than a checkpoint was cut off.

entry = 0x01, practice (16 bytes), seq, at (8 bytes each; at in microseconds since 1970), then as
        fields action, person, target_kind, target_id, label, facts (JSON text), SHA-256 of the
        sorted ids touched, commitment; a field is 4 bytes of length and its bytes, or ff ff ff ff.
hash  = SHA-256(0x00, hash of the event before or 32 zeros, entry)
"""

import argparse
import json
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256, sha512
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

ZEROS = "00" * 32
ABSENT = b"\xff\xff\xff\xff"
ENTRY = struct.Struct(">B16sqq")
LENGTH = struct.Struct(">i")
SIGNED_AS = b"quietledger audit checkpoint 1\n"
MALFORMED = (AttributeError, KeyError, StopIteration, TypeError, ValueError, struct.error)


class Event(NamedTuple):
    """An event of a chain as stored; ``at`` in microseconds since 1970."""

    seq: int
    at: int
    action: str
    person: str | None
    target_kind: str
    target_id: str | None
    label: str
    facts: str
    touched: Sequence[str]
    commitment: str | None
    has_values: bool
    hash: str


class Head(NamedTuple):
    """The number and hash with which a chain ends."""

    seq: int
    hash: str


class Checkpoint(NamedTuple):
    """A signed statement that a practice's chain of ``size`` events ended in ``hash``."""

    practice: str
    size: int
    at: int
    hash: str
    previous: str
    key_id: str
    signature: str

    def message(self) -> bytes:
        """Return the bytes that are signed; their hash is ``previous`` of the next checkpoint."""
        numbers = struct.pack(">qq", self.size, self.at)
        ids = _bytes(self.practice) + numbers + _bytes(self.hash) + _bytes(self.previous)
        return SIGNED_AS + ids + self.key_id.encode()


class Chain(NamedTuple):
    """A practice's log as its database tells it. ``strays``: touches of events not there."""

    practice: str
    head: Head | None
    checkpoints: Sequence[Checkpoint]
    strays: Sequence[int]
    events: Iterable[Event] = ()


class Outside(NamedTuple):
    """What was kept outside the database: a practice's checkpoints, and the public keys."""

    checkpoints: Sequence[Checkpoint]
    keys: Mapping[str, str]


class Finding(NamedTuple):
    """The first thing wrong with a chain: the number of an event, and a plain sentence."""

    seq: int
    sentence: str


class Broken(Exception):
    """A check failed: the number of an event, and the sentence."""


def link(practice: str, previous: str, event: Event) -> str:
    """Return the hash that an event must have after ``previous``."""
    touched = sha256(b"".join(map(_bytes, sorted(event.touched)))).digest()
    fields = (
        event.action.encode(),
        None if event.person is None else _bytes(event.person),
        event.target_kind.encode(),
        None if event.target_id is None else _bytes(event.target_id),
        event.label.encode(),
        event.facts.encode(),
        touched if event.touched else None,
        None if event.commitment is None else _bytes(event.commitment),
    )
    parts = [b"\x00", _bytes(previous), ENTRY.pack(1, _bytes(practice), event.seq, event.at)]
    for value in fields:
        parts += (ABSENT,) if value is None else (LENGTH.pack(len(value)), value)
    return sha256(b"".join(parts)).hexdigest()


def verify(chain: Chain, outside: Outside | None = None, *, every: bool = False) -> Finding | None:
    """Return the first thing wrong with a practice's chain, or None when it is whole.

    The newest signature is checked, or ``every`` one. Without ``outside``, a log that was rewritten
    together with the database's own copies of the checkpoints is not found out.
    """
    try:
        marks = sorted((outside or chain).checkpoints, key=lambda mark: mark.size)
        if outside:
            _check_signed(chain.practice, marks, outside.keys, every)
        last, says = _walk(chain, marks), chain.head or Head(0, ZEROS)
        if marks and marks[-1].size > last.seq:
            words = f"ends with event {last.seq}, but a checkpoint covers {marks[-1].size} events"
            raise Broken(last.seq + 1, f"The log {words}: it was cut off or rolled back.")
        if says != last:
            words = f"ends with event {last.seq}, but its head says {says.seq}"
            raise Broken(min(last.seq, says.seq) + 1, f"The log {words}: its end was changed.")
        for seq in chain.strays:
            raise Broken(seq, f"Clients are noted as touched by event {seq}, which is not there.")
        outer, inner = {mark.size for mark in marks}, {mark.size for mark in chain.checkpoints}
        for lost, where in ((inner - outer, "outside"), (outer - inner, "in the database")):
            if lost:
                raise Broken(min(lost), f"The checkpoint of event {min(lost)} is missing {where}.")
    except Broken as broken:
        return Finding(*broken.args)
    except MALFORMED as error:
        return Finding(0, f"The log or a checkpoint of it cannot be read: {type(error).__name__}.")
    return None


def _walk(chain: Chain, marks: Sequence[Checkpoint]) -> Head:
    due = list(reversed(marks))
    sound, seq, previous = 0, 0, ZEROS
    for event in chain.events:
        seq += 1
        if event.seq > seq:
            raise Broken(seq, f"Event {seq} is missing: event {event.seq} stands in its place.")
        if event.seq < seq:
            raise Broken(event.seq, f"Event {event.seq} stands twice, or not in its order.")
        if link(chain.practice, previous, event) != event.hash:
            words = "was changed, or does not belong after the one before"
            raise Broken(seq, f"Event {seq} ({event.action}) {words}.")
        if event.has_values != (event.commitment is not None):
            raise Broken(seq, f"The sealed values of event {seq} were added or removed.")
        previous = event.hash
        while due and due[-1].size == seq:
            if due.pop().hash != previous:
                words = f"was rewritten between events {sound + 1} and {seq}"
                raise Broken(sound + 1, f"The log {words}: a checkpoint says otherwise.")
            sound = seq
    return Head(seq, previous)


def _check_signed(
    practice: str, marks: Sequence[Checkpoint], keys: Mapping[str, str], every: bool
) -> None:
    previous = ZEROS
    for mark in marks:
        if mark.practice != practice or mark.previous != previous:
            words = "was changed, or one before it is missing"
            raise Broken(mark.size, f"The checkpoint of event {mark.size} {words}.")
        previous = sha256(mark.message()).hexdigest()
    # One signature proves all before it: each checkpoint names the hash of the last.
    for mark in marks if every else marks[-1:]:
        key, signature = _bytes(keys.get(mark.key_id, "")), _bytes(mark.signature)
        if not is_signed(key, mark.message(), signature):
            raise Broken(mark.size, f"The checkpoint of event {mark.size} has no valid signature.")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("-", ""))


# Ed25519, RFC 8032 section 5.1, on points in extended coordinates (X, Y, Z, T).
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")
Point = tuple[int, int, int, int]


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, is_odd = number & (2**255 - 1), number >> 255
    if len(encoded) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and is_odd):
        return None
    x = P - x if x & 1 != is_odd else x
    return x, y, 1, x * y % P


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether this is the key's Ed25519 signature of the message."""
    base, key, nonce = map(_point, (BASE, public_key, signature[:32]))
    scalar = int.from_bytes(signature[32:], "little")
    if base is None or key is None or nonce is None or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = sha512(signature[:32] + public_key + message).digest()
    left = _times(scalar, base)
    right = _add(nonce, _times(int.from_bytes(digest, "little") % ORDER, key))
    return not any((left[i] * right[2] - right[i] * left[2]) % P for i in (0, 1))


def read_outside(directory: Path, practice: str) -> Outside:
    """Read a practice's checkpoints and the public keys from a directory."""
    file = directory / f"{practice}.jsonl"
    marks = []
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            marks.append(Checkpoint(**json.loads(line)))
        except MALFORMED:
            continue  # A line torn by a crash was written again; one destroyed breaks their chain.
    keys = directory / "keys.json"
    return Outside(marks, json.loads(keys.read_text()) if keys.exists() else {})


def read_dump(lines: Iterable[str]) -> Iterator[Chain]:
    """Read the chains of a dump one after the other, each while its events come by."""
    for practice, rows in groupby(map(json.loads, lines), itemgetter(0)):
        _, head, marks, strays = next(rows)
        copies = [Checkpoint(*mark) for mark in marks]
        events = (Event(*row) for _, *row in rows)  # noqa: B031  # the rest of the rows
        yield Chain(practice, head and Head(*head), copies, strays, events)


def main() -> int:
    """Verify a dump and say what was found; 0 is whole, 1 is not."""
    parser = argparse.ArgumentParser(description="Proves an audit log.")
    parser.add_argument("dump", type=Path)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("--all", action="store_true", help="check every signature")
    parser.add_argument("--practice", help="expect this practice only")
    options = parser.parse_args()
    kept = [file.stem for file in options.checkpoints.glob("*.jsonl")]
    expected = [options.practice] if options.practice else kept
    missing = Finding(1, "There are checkpoints of this log, but the log is missing.")
    found: dict[str, Finding | None] = dict.fromkeys(expected, missing)
    try:
        with options.dump.open() as lines:
            for chain in read_dump(lines):
                outside = read_outside(options.checkpoints, chain.practice)
                found[chain.practice] = verify(chain, outside, every=options.all)
    except MALFORMED:
        found[str(options.dump)] = Finding(0, "The dump cannot be read to its end.")
    for practice, finding in found.items():
        sys.stdout.write(f"{practice}: {finding.sentence if finding else 'The log is whole.'}\n")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
