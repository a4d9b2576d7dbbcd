"""What the verifier finds, on logs made in memory: every attack, at every position."""

from collections.abc import Callable

import pytest

from audit import verifier
from audit.terms import Checkpoint, Event, Head, Outside, verify
from tests.audit.chains import (
    CLIENT,
    OTHER_PRACTICE,
    PRACTICE,
    THIEF,
    chain,
    chained,
    checkpoints,
    event,
    log,
    outside,
)

SIZE = 40
SIZES = (10, 25, SIZE)
LOG = log(SIZE)
MARKS = checkpoints(LOG, SIZES)

Attack = Callable[[list[Event], int], list[Event]]


def edited(events: list[Event], place: int) -> list[Event]:
    events[place] = events[place]._replace(facts='{"amount_cents": 999999}')
    return events


def edited_and_rehashed(events: list[Event], place: int) -> list[Event]:
    previous = events[place - 1].hash if place else verifier.ZEROS
    changed = events[place]._replace(person=None)
    events[place] = changed._replace(hash=verifier.link(PRACTICE, previous, changed))
    return events


def bit_flipped(events: list[Event], place: int) -> list[Event]:
    flipped = f"{int(events[place].hash, 16) ^ 1 << place:064x}"
    events[place] = events[place]._replace(hash=flipped)
    return events


def deleted(events: list[Event], place: int) -> list[Event]:
    del events[place]
    return events


def renumbered(events: list[Event], place: int) -> list[Event]:
    """Delete one event, close the gap and recompute everything after it."""
    rest = [old._replace(seq=old.seq - 1) for old in events[place + 1 :]]
    return chained([*events[:place], *rest])


def inserted(events: list[Event], place: int) -> list[Event]:
    return [*events[: place + 1], event(place + 1, action="x.y.z"), *events[place + 1 :]]


def inserted_and_rehashed(events: list[Event], place: int) -> list[Event]:
    rest = [old._replace(seq=old.seq + 1) for old in events[place:]]
    return chained([*events[:place], event(place + 1, action="x.y.z"), *rest])


def swapped(events: list[Event], place: int) -> list[Event]:
    one, other = events[place], events[place - 1]
    events[place], events[place - 1] = one._replace(seq=other.seq), other._replace(seq=one.seq)
    return events


def suffix_rewritten(events: list[Event], place: int) -> list[Event]:
    """Do what a superuser can: change an event and recompute every hash after it."""
    events[place] = events[place]._replace(label="INV-1")
    return chained(events)


def tail_cut(events: list[Event], place: int) -> list[Event]:
    return events[:place]


def boundary_shifted(events: list[Event], place: int) -> list[Event]:
    old = events[place]
    kind, label = old.target_kind + old.label[:1], old.label[1:]
    events[place] = old._replace(target_kind=kind, label=label)
    return events


def touch_removed(events: list[Event], place: int) -> list[Event]:
    other = () if events[place].touched else (CLIENT,)
    events[place] = events[place]._replace(touched=other)
    return events


def values_removed(events: list[Event], place: int) -> list[Event]:
    events[place] = events[place]._replace(has_values=not events[place].has_values)
    return events


def moved_from_another_practice(events: list[Event], place: int) -> list[Event]:
    events[place] = log(SIZE, OTHER_PRACTICE)[place]
    return events


ATTACKS = [
    edited,
    edited_and_rehashed,
    bit_flipped,
    deleted,
    renumbered,
    inserted,
    inserted_and_rehashed,
    swapped,
    suffix_rewritten,
    tail_cut,
    boundary_shifted,
    touch_removed,
    values_removed,
    moved_from_another_practice,
]


def test_an_honest_log_is_whole() -> None:
    assert verify(chain(LOG, MARKS), outside(MARKS), every=True) is None


def test_a_log_may_have_grown_since_its_last_checkpoint() -> None:
    marks = MARKS[:2]

    assert verify(chain(LOG, marks), outside(marks)) is None


def test_an_empty_log_is_whole() -> None:
    assert verify(chain([]), outside([])) is None


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_found_wherever_it_is_made(attack: Attack) -> None:
    found = {
        place: verify(chain(attack(list(LOG), place), MARKS), outside(MARKS))
        for place in range(1, SIZE)
    }

    assert [place for place, finding in found.items() if finding is None] == []


@pytest.mark.parametrize("attack", [edited, bit_flipped, deleted, boundary_shifted, touch_removed])
def test_the_first_offender_is_named(attack: Attack) -> None:
    for place in range(1, SIZE - 1):
        finding = verify(chain(attack(list(LOG), place), MARKS), outside(MARKS))

        assert finding is not None
        assert finding.seq == place + 1
        assert f"Event {place + 1} " in finding.sentence


def test_a_rewritten_log_is_narrowed_to_what_lies_between_two_checkpoints() -> None:
    finding = verify(chain(suffix_rewritten(list(LOG), 17), MARKS), outside(MARKS))

    assert finding is not None
    assert finding.seq == 11
    assert "Events 11 to 25 were rewritten" in finding.sentence


def test_a_rewritten_log_with_rewritten_copies_is_found_by_what_is_outside() -> None:
    forged = suffix_rewritten(list(LOG), 3)
    told = chain(forged, checkpoints(forged, SIZES, key=THIEF))

    assert verify(told) is None
    assert verify(told, outside(MARKS)) is not None


def test_a_log_that_was_rolled_back_to_an_old_copy_is_found() -> None:
    finding = verify(chain(LOG[:25], MARKS[:2]), outside(MARKS))

    assert finding == (26, "The log has only events 1 to 25 of 40.")


def test_a_tail_cut_off_without_its_head_needs_no_checkpoint() -> None:
    told = chain(LOG)._replace(events=LOG[:-3])

    finding = verify(told)

    assert finding is not None
    assert "its head says 40" in finding.sentence


def test_a_log_without_its_head_is_found() -> None:
    assert verify(chain(LOG)._replace(head=None)) is not None


def test_a_head_of_another_hash_is_found() -> None:
    assert verify(chain(LOG)._replace(head=Head(SIZE, LOG[0].hash))) is not None


def test_the_log_of_another_practice_under_this_ones_name_is_found() -> None:
    assert verify(chain(log(SIZE, OTHER_PRACTICE))) is not None


def test_a_touch_of_no_event_is_found() -> None:
    finding = verify(chain(LOG)._replace(strays=[77]))

    assert finding is not None
    assert finding.seq == 77


@pytest.mark.parametrize("lost", range(len(SIZES)))
def test_a_checkpoint_lost_outside_is_found(lost: int) -> None:
    kept = [mark for place, mark in enumerate(MARKS) if place != lost]

    assert verify(chain(LOG, MARKS), outside(kept)) is not None


@pytest.mark.parametrize("lost", range(len(SIZES)))
def test_a_checkpoint_lost_in_the_database_is_found(lost: int) -> None:
    kept = [mark for place, mark in enumerate(MARKS) if place != lost]

    assert verify(chain(LOG, kept), outside(MARKS)) is not None


@pytest.mark.parametrize("place", range(len(SIZES)))
@pytest.mark.parametrize(
    "field", [f for f in Checkpoint._fields if f not in {"key_id", "signature"}]
)
def test_a_changed_checkpoint_is_found_by_the_newest_signature(place: int, field: str) -> None:
    changed: dict[str, object] = {"practice": OTHER_PRACTICE, "size": SIZE + place + 1, "at": 5}
    marks = list(MARKS)
    marks[place] = marks[place]._replace(**{field: changed.get(field, "cd" * 32)})  # type: ignore[arg-type]  # one field of its own type

    assert verify(chain(LOG, marks), outside(marks)) is not None


def test_a_checkpoint_signed_by_another_key_is_refused() -> None:
    marks = checkpoints(LOG, SIZES, key=THIEF)

    finding = verify(chain(LOG, marks), outside(marks))

    assert finding is not None
    assert "no valid signature" in finding.sentence


def test_an_unknown_key_is_refused() -> None:
    assert verify(chain(LOG, MARKS), Outside(MARKS, {})) is not None


def test_an_older_signature_is_checked_when_every_one_is() -> None:
    marks = [MARKS[0]._replace(signature="00" * 64), *MARKS[1:]]

    assert verify(chain(LOG, marks), outside(marks)) is None
    assert verify(chain(LOG, marks), outside(marks), every=True) is not None


def test_what_cannot_be_read_is_a_finding_and_no_crash() -> None:
    broken = [LOG[0]._replace(person="not an id"), *LOG[1:]]

    finding = verify(chain(broken))

    assert finding is not None
    assert "cannot be read" in finding.sentence
