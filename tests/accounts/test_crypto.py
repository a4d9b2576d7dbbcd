"""Sealed values: bound to their cell, and worth nothing once they were touched."""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import crypto
from accounts.crypto import ColumnCipher, IntegrityFailure

DATA_KEY = bytes(range(32))
KEKS = {n: random.Random(n).randbytes(32) for n in (1, 2)}


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value stands."""

    practice_id: UUID
    table: str
    column: str
    row_id: UUID

    def cipher(self, version: int) -> ColumnCipher:
        return ColumnCipher(
            DATA_KEY,
            version=version,
            practice_id=self.practice_id,
            table=self.table,
            column=self.column,
        )

    def open(self, sealed: bytes) -> bytes:
        """Open a value as the fields do: under the version that it names."""
        return self.cipher(crypto.version_of(sealed)).open(sealed, self.row_id)


CELL = Cell(UUID(int=1), "clients_client", "family_name", UUID(int=2))
ELSEWHERE = [
    replace(CELL, practice_id=UUID(int=3)),
    replace(CELL, table="clients_coverage"),
    replace(CELL, column="given_names"),
    replace(CELL, row_id=UUID(int=4)),
]


def sealed(plain: bytes = b"Okonkwo", version: int = 1) -> bytes:
    return CELL.cipher(version).seal(plain, CELL.row_id)


@given(st.binary(max_size=400))
def test_what_was_sealed_opens_in_its_cell(plain: bytes) -> None:
    assert CELL.open(sealed(plain)) == plain


@pytest.mark.parametrize("cell", ELSEWHERE, ids=["practice", "table", "column", "row"])
def test_a_value_that_was_moved_does_not_open(cell: Cell) -> None:
    with pytest.raises(IntegrityFailure):
        cell.open(sealed())


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
            CELL.open(bytes(changed))


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


def written(path: Path, *versions: int) -> str:
    keks = {str(n): base64.b64encode(KEKS[n]).decode() for n in versions}
    path.write_text(json.dumps({"kek": keks}))
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def _ring_anew() -> Iterator[None]:
    crypto.ring.cache_clear()
    yield
    crypto.ring.cache_clear()


@pytest.mark.usefixtures("_ring_anew")
def test_a_process_finds_the_key_that_came_after_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens what another process wrapped with it, and goes on signing scopes with its own."""
    source = written(tmp_path / "keys.json", 1)
    monkeypatch.setattr("django.conf.settings.QUIETLEDGER_KEYS", source)
    assert crypto.ring().newest == 1
    bound = crypto._wrapping(CELL.practice_id, 7, 2)
    wrapped = crypto.KeyRing(KEKS).wrap(DATA_KEY, bound=bound, version=2)

    with pytest.raises(IntegrityFailure, match="not on the ring"):
        crypto.unwrap(wrapped, practice_id=CELL.practice_id, version=7, kek_version=2)
    written(tmp_path / "keys.json", 1, 2)

    found = crypto.unwrap(wrapped, practice_id=CELL.practice_id, version=7, kek_version=2)
    assert found == DATA_KEY
    assert crypto.ring().newest == 1


class Service:
    """A key service as an installation of ours would ask one: no key ever leaves it."""

    versions = (4,)
    newest = 4

    def __init__(self) -> None:
        self.__ring = crypto.KeyRing({4: KEKS[2]})

    def wrap(self, key: bytes, *, bound: bytes, version: int) -> bytes:
        return b"of the service" + self.__ring.wrap(key, bound=bound, version=version)

    def unwrap(self, wrapped: bytes, *, bound: bytes, version: int) -> bytes:
        text = wrapped.removeprefix(b"of the service")
        return self.__ring.unwrap(text, bound=bound, version=version)

    def derive(self, *purpose: str, version: int) -> bytes:
        return self.__ring.derive(*purpose, version=version)


@pytest.mark.usefixtures("_ring_anew")
def test_a_key_service_can_hold_the_key_encryption_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{__name__}.{Service.__name__}"
    monkeypatch.setattr("django.conf.settings.QUIETLEDGER_KEY_ADAPTER", name)

    kek, wrapped = crypto.wrap(DATA_KEY, practice_id=CELL.practice_id, version=1)

    assert (kek, wrapped[:14]) == (4, b"of the service")
    opened = crypto.unwrap(wrapped, practice_id=CELL.practice_id, version=1, kek_version=kek)
    assert opened == DATA_KEY
    assert crypto.context_key(4) == crypto.derive(KEKS[2], "quietledger", "context")
    with pytest.raises(IntegrityFailure):
        crypto.unwrap(wrapped, practice_id=UUID(int=9), version=1, kek_version=kek)
