"""Sealed values: bound to their cell, and worth nothing once they were touched."""

import random
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import crypto
from accounts.crypto import Cell, IntegrityFailure

DATA_KEY = bytes(range(32))
CELL = Cell(UUID(int=1), "clients_client", "family_name", UUID(int=2))
ELSEWHERE = [
    replace(CELL, practice_id=UUID(int=3)),
    replace(CELL, table="clients_coverage"),
    replace(CELL, column="given_names"),
    replace(CELL, row_id=UUID(int=4)),
]


def sealed(plain: bytes = b"Okonkwo", version: int = 1) -> bytes:
    return crypto.seal(plain, cell=CELL, data_key=DATA_KEY, version=version)


@given(st.binary(max_size=400))
def test_what_was_sealed_opens_in_its_cell(plain: bytes) -> None:
    assert crypto.unseal(sealed(plain), cell=CELL, data_key=DATA_KEY) == plain


@pytest.mark.parametrize("cell", ELSEWHERE, ids=["practice", "table", "column", "row"])
def test_a_value_that_was_moved_does_not_open(cell: Cell) -> None:
    with pytest.raises(IntegrityFailure):
        crypto.unseal(sealed(), cell=cell, data_key=DATA_KEY)


def test_the_length_of_a_name_is_not_told() -> None:
    assert len({len(sealed(b"x" * length)) for length in range(32)}) == 1


def test_the_same_name_twice_looks_like_two_names() -> None:
    assert sealed() != sealed()


@pytest.mark.parametrize(
    "tampers", [500, pytest.param(50_000, marks=pytest.mark.long)], ids=["a few", "many"]
)
def test_no_tampered_value_opens(tampers: int) -> None:
    """Bit flips, truncations, other headers and swapped parts (SP 800-38D)."""
    chance = random.Random(8)
    whole, other = sealed(), sealed(b"Whitfield", version=2)
    for _ in range(tampers):
        changed = bytearray(whole)
        match chance.randrange(4):
            case 0:
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            case 1:
                del changed[chance.randrange(len(changed)) :]
            case 2:
                changed[: crypto.HEADER_BYTES] = chance.randbytes(crypto.HEADER_BYTES)
            case _:
                cut = chance.randrange(crypto.HEADER_BYTES, len(changed))
                changed[cut:] = other[cut:]
        with pytest.raises(IntegrityFailure):
            crypto.unseal(bytes(changed), cell=CELL, data_key=DATA_KEY)


@pytest.mark.parametrize(
    "text",
    ["{}", "nothing", '{"kek": {"1": "short"}}', '{"kek": {}}', '{"kek": {"1": "' + "A" * 44],
)
def test_a_key_ring_that_is_no_key_ring_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.QUIETLEDGER_KEYS", text)
    crypto.ring.cache_clear()
    try:
        with pytest.raises(crypto.KeysUnusable):
            crypto.ring()
    finally:
        crypto.ring.cache_clear()
