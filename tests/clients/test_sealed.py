"""The attack on sealed values: none that was touched opens, and no nonce comes twice.

By default a small slice; ``-m phi`` is the full size.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts import crypto, keys
from accounts.fields import EncryptedField
from accounts.tenancy import practice_scope
from clients.models import Client
from tests.clients.people import added
from tests.figures import Tell
from tests.houses import House

COLUMNS = ("given_names", "family_name", "preferred_name")
NAMES = ("Okonkwo", "Whitfield", "Nguyễn", "Achebe", "de la Cruz", "王小明", "Ó Súilleabháin")

sizes = pytest.mark.parametrize


@dataclass(frozen=True, slots=True)
class Stored:
    """A sealed value as it was read from the table, and its cell."""

    house: House
    row_id: UUID
    column: str
    value: bytes


@pytest.fixture
def stored(practice: House, other_practice: House) -> list[Stored]:
    """Two practices with clients, one of them with a second version of its key in use."""
    found: list[Stored] = []
    for house in (practice, other_practice):
        by = house.people["front-desk"]
        with practice_scope(house.id, person_id=by.person_id):
            for name in NAMES[:4]:
                added(by, family_name=name, phone="212-555-0147")
            keys.add_version()
        with practice_scope(house.id, person_id=by.person_id):
            for name in NAMES[4:]:
                added(by, family_name=name, phone="212-555-0148")
            found += _read(house)
    return found


def _read(house: House) -> Iterator[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {', '.join(COLUMNS)} FROM clients_client ORDER BY id")
        for row_id, *values in cursor.fetchall():
            for column, value in zip(COLUMNS, values, strict=True):
                yield Stored(house, row_id, column, bytes(value))


def field(column: str) -> EncryptedField:
    found: Any = Client._meta.get_field(column)
    assert isinstance(found, EncryptedField)
    return found


def opens(at: Stored, value: bytes) -> bool:
    """Say whether the product would take this value in this cell, in its practice's scope."""
    try:
        field(at.column).open(at.row_id, value)
    except crypto.IntegrityFailure:
        return False
    return True


def tampered(chance: random.Random, one: Stored, other: Stored) -> tuple[str, bytes]:
    """Return what was done to a value, and the value."""
    value, kind = one.value, chance.randrange(7)
    if kind == 0:
        changed = bytearray(value)
        changed[chance.randrange(len(value))] ^= 1 << chance.randrange(8)
        return "bit flipped", bytes(changed)
    if kind == 1:
        return "cut off", value[: chance.randrange(len(value))]
    if kind == 2:
        return "made longer", value + chance.randbytes(chance.randrange(1, 33))
    if kind == 3:
        version = chance.choice([0, 1, 2, 3, 2**32 - 1])
        header = bytes([chance.choice([0, 1, 2]), chance.choice([0, 1, 2])])
        return "other header", header + version.to_bytes(4, "big") + value[crypto.HEADER_BYTES :]
    if kind == 4:
        return "moved", other.value
    if kind == 5:
        cut = chance.randrange(crypto.HEADER_BYTES, crypto.OVERHEAD_BYTES)
        return "spliced", value[:cut] + other.value[cut:]
    return "made up", value[: crypto.HEADER_BYTES] + chance.randbytes(len(value) - 6)


@sizes("tampers", [700, pytest.param(10_000, marks=pytest.mark.phi)], ids=["slice", "full"])
def test_nothing_that_was_tampered_with_is_accepted(
    stored: list[Stored], practice: House, tampers: int, tell: Tell
) -> None:
    """Bit flips, swaps between rows, columns and practices, truncations, header edits."""
    seed, done, accepted = 36, Counter[str](), []
    chance = random.Random(seed)
    own = [value for value in stored if value.house is practice]
    with practice_scope(practice.id):
        assert all(opens(at, at.value) for at in own)
        while done.total() < tampers:
            one, other = chance.choice(own), chance.choice(stored)
            kind, value = tampered(chance, one, other)
            if value == one.value:
                continue
            if kind == "moved":
                kind = _between(one, other)
            done[kind] += 1
            if opens(one, value):
                accepted.append((kind, one.column))

    assert accepted == []
    tell(f"{done.total():,} tampered values (seed {seed}), 0 accepted: {dict(done)}")


def _between(one: Stored, other: Stored) -> str:
    if one.house is not other.house:
        return "moved between practices"
    return "moved between rows" if one.row_id != other.row_id else "moved between columns"


@sizes("writes", [20_000, pytest.param(1_000_000, marks=pytest.mark.phi)], ids=["slice", "full"])
def test_no_nonce_comes_twice_and_what_is_stored_looks_like_noise(
    practice: House, writes: int, tell: Tell
) -> None:
    nonces, row, counted, measured = set[bytes](), uuid4(), Counter[int](), 0
    with practice_scope(practice.id):
        cipher = keys.active().cipher("clients_client", "family_name")
    for _ in range(writes):
        sealed = cipher.seal(b"Okonkwo", row)
        nonces.add(sealed[crypto.HEADER_BYTES : crypto.TEXT_AT])
        if measured < 4 * 2**20:
            noise = sealed[crypto.HEADER_BYTES :]
            counted.update(noise)
            measured += len(noise)
    entropy = -sum(n / measured * math.log2(n / measured) for n in counted.values())

    assert len(nonces) == writes
    assert measured >= 64 * 1024
    assert entropy >= 7.9
    tell(
        f"{writes:,} encryptions, 0 nonces twice; {entropy:.4f} bits a byte over {measured:,} bytes"
    )
