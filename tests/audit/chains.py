"""Chains and checkpoints made in memory, whole, for tests to tamper with."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import verifier
from audit.terms import Chain, Checkpoint, Event, Head, Outside
from audit.verifier import ZEROS

PRACTICE = str(UUID(int=7))
OTHER_PRACTICE = str(UUID(int=8))
CLIENT = str(UUID(int=9))


@dataclass(frozen=True, slots=True)
class Key:
    """A signer whose key the tests know."""

    key_id: str
    private: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


KEY = Key("test-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
THIEF = Key("test-1", Ed25519PrivateKey.from_private_bytes(bytes(32)))
"""Somebody who knows the key's id but not the key."""


def event(seq: int, **changes: object) -> Event:
    """Return an event without a hash yet."""
    plain = Event(
        seq=seq,
        at=1_700_000_000_000_000 + seq,
        action="billing.payment.recorded",
        person=str(UUID(int=seq % 5)),
        target_kind="billing.payment",
        target_id=str(UUID(int=1000 + seq)),
        label=f"R-{seq}",
        facts=f'{{"amount_cents": {seq}}}',
        touched=(CLIENT,) if seq % 3 == 0 else (),
        commitment="ab" * 32 if seq % 7 == 0 else None,
        has_values=seq % 7 == 0,
        hash="",
    )
    return plain._replace(**changes)  # type: ignore[arg-type]  # a test names fields that exist


def chained(events: Sequence[Event], practice: str = PRACTICE) -> list[Event]:
    """Return events with the hashes that an honest log, or a thorough thief, would give them."""
    linked, previous = [], ZEROS
    for each in events:
        previous = verifier.link(practice, previous, each)
        linked.append(each._replace(hash=previous))
    return linked


def log(size: int, practice: str = PRACTICE) -> list[Event]:
    """Return a whole log of ``size`` events."""
    return chained([event(seq) for seq in range(1, size + 1)], practice)


def checkpoints(
    events: Sequence[Event], sizes: Sequence[int], practice: str = PRACTICE, key: Key = KEY
) -> list[Checkpoint]:
    """Return signed checkpoints of a log at these sizes."""
    marks: list[Checkpoint] = []
    previous = ZEROS
    for size in sizes:
        mark = Checkpoint(practice, size, size, events[size - 1].hash, previous, key.key_id, "")
        marks.append(mark._replace(signature=key.sign(verifier.message(mark)).hex()))
        previous = sha256(verifier.message(mark)).hexdigest()
    return marks


def chain(
    events: Sequence[Event], marks: Sequence[Checkpoint] = (), practice: str = PRACTICE
) -> Chain:
    """Return what a database with these events, and a head that fits them, would tell."""
    head = Head(events[-1].seq, events[-1].hash) if events else None
    return Chain(practice, None, head, marks, (), events)


def outside(marks: Sequence[Checkpoint]) -> Outside:
    """Return checkpoints as a directory keeps them, with the public key."""
    return Outside(marks, {KEY.key_id: KEY.public_key.hex()})
