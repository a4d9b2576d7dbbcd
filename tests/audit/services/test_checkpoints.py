"""Checkpoints: signed, chained, in the database and in two places outside it."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import TestCase

from accounts.tenancy import practice_scope
from audit import terms, verifier
from audit.actions import Action
from audit.models import Checkpoint
from audit.selectors import chain
from audit.services import checkpoints, events
from audit.services.checkpoints import KeyIdReused, TooFewPlaces
from tests.audit.chains import KEY, THIEF, Key
from tests.houses import House

NOW = datetime(2026, 3, 3, 14, 30, 10, 123456, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return [tmp_path / "first", tmp_path / "second"]


def grow(practice: House, count: int = 1) -> None:
    with practice_scope(practice.id):
        for _ in range(count):
            events.record(Action.CLIENT_LISTED)


def sign(practice: House, places: list[Path], key: Key = KEY) -> terms.Checkpoint | None:
    with TestCase.captureOnCommitCallbacks(execute=True), practice_scope(practice.id):
        return checkpoints.write(signer=key, directories=places, now=NOW)


def kept(place: Path, practice: House) -> list[terms.Checkpoint]:
    return list(terms.read_outside(place, practice.id).checkpoints)


def stored(practice: House) -> list[terms.Checkpoint]:
    with practice_scope(practice.id):
        return chain.checkpoints()


def is_whole(practice: House, place: Path) -> bool:
    with practice_scope(practice.id):
        return chain.verify(practice.id, outside=place, every=True) is None


def test_a_checkpoint_states_the_head_and_is_signed(practice: House, places: list[Path]) -> None:
    mark = sign(practice, places)

    assert mark is not None
    with practice_scope(practice.id):
        assert chain.head() == (mark.size, mark.hash)
    assert mark.at == chain.microseconds(NOW)
    assert verifier.is_signed(KEY.public_key, verifier.message(mark), bytes.fromhex(mark.signature))


def test_it_stands_in_the_database_and_in_every_place(practice: House, places: list[Path]) -> None:
    mark = sign(practice, places)

    assert stored(practice) == [mark]
    for place in places:
        assert kept(place, practice) == [mark]
        assert json.loads((place / "keys.json").read_text()) == {"test-1": KEY.public_key.hex()}


def test_checkpoints_name_the_one_before(practice: House, places: list[Path]) -> None:
    first = sign(practice, places)
    grow(practice)
    second = sign(practice, places)

    assert first is not None
    assert second is not None
    assert first.previous == verifier.ZEROS
    assert second.previous == sha256(verifier.message(first)).hexdigest()
    assert is_whole(practice, places[1])


def test_nothing_new_needs_no_checkpoint(practice: House, places: list[Path]) -> None:
    sign(practice, places)

    assert sign(practice, places) is None
    assert len(kept(places[0], practice)) == 1


def test_a_chain_without_events_needs_none(practice: House, places: list[Path]) -> None:
    with practice_scope(practice.automaton.pk):
        assert checkpoints.write(signer=KEY, directories=places, now=NOW) is None


def test_one_place_is_not_enough(practice: House, places: list[Path]) -> None:
    with pytest.raises(TooFewPlaces):
        sign(practice, [places[0], places[0]])

    assert stored(practice) == []


def test_what_was_rolled_back_is_not_kept_outside(practice: House, places: list[Path]) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True), practice_scope(practice.id):
        checkpoints.write(signer=KEY, directories=places, now=NOW)
        transaction.set_rollback(True)

    assert stored(practice) == []
    assert not places[0].exists()


def test_a_place_that_was_missed_gets_what_it_is_owed(practice: House, places: list[Path]) -> None:
    """As after a crash between the commit and the writing, or with a new directory."""
    sign(practice, places)
    grow(practice)
    sign(practice, places)
    (places[1] / f"{practice.id}.jsonl").unlink()

    assert not is_whole(practice, places[1])
    assert sign(practice, places) is None
    assert kept(places[1], practice) == stored(practice)
    assert is_whole(practice, places[1])


def test_a_line_torn_by_a_crash_is_ended_and_written_again(
    practice: House, places: list[Path]
) -> None:
    sign(practice, places)
    grow(practice)
    sign(practice, places)
    file = places[0] / f"{practice.id}.jsonl"
    file.write_text(file.read_text()[:-40])

    assert not is_whole(practice, places[0])
    sign(practice, places)
    assert is_whole(practice, places[0])
    assert file.read_text().count("\n") == 3


def test_a_place_that_fails_does_not_keep_the_other_from_its_line(
    practice: House, places: list[Path]
) -> None:
    places[0].write_text("not a directory")

    with pytest.raises(OSError, match="first"):
        sign(practice, places)

    assert kept(places[1], practice) == stored(practice)


def test_an_id_of_a_key_means_one_key(practice: House, places: list[Path]) -> None:
    sign(practice, places)
    grow(practice)

    with pytest.raises(KeyIdReused):
        sign(practice, places, THIEF)


def test_a_new_key_stands_beside_the_old_one(practice: House, places: list[Path]) -> None:
    sign(practice, places)
    grow(practice)
    sign(practice, places, Key("test-2", THIEF.private))

    assert set(json.loads((places[0] / "keys.json").read_text())) == {"test-1", "test-2"}
    assert is_whole(practice, places[0])


def test_the_database_refuses_to_change_a_checkpoint(practice: House, places: list[Path]) -> None:
    sign(practice, places)

    with practice_scope(practice.id), pytest.raises(DatabaseError), transaction.atomic():
        Checkpoint.objects.update(size=1)
