"""Recording: an event and its act happen together, or neither does."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.selectors import members
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.models import Event, Head, Touch, Value
from audit.selectors import chain
from audit.services import events
from audit.services.events import NotAppended, NoTransaction, Pending, SealedValues, UnfitFact
from tests.houses import House


class Undone(Exception):
    """Something failed after its event was recorded."""


def last_event(practice: House) -> Event:
    with practice_scope(practice.id):
        return Event.objects.latest("seq")


def numbers(practice: House) -> list[int]:
    with practice_scope(practice.id):
        return list(Event.objects.order_by("seq").values_list("seq", flat=True))


def test_an_event_says_who_did_what_to_which_record(
    practice: House, front_desk: Membership, therapist: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        events.record(Action.MEMBER_ADDED, target=therapist, label="M-7", count=3, role="therapist")

    event = last_event(practice)
    assert (event.practice_id, event.person_id) == (practice.id, front_desk.person_id)
    assert (event.action, event.label) == ("accounts.member.added", "M-7")
    assert (event.target_kind, event.target_id) == ("accounts.membership", therapist.pk)
    assert event.facts == {"count": 3, "role": "therapist"}


def test_the_label_is_the_records_own_code(practice: House) -> None:
    with practice_scope(practice.id):
        events.record(Action.PRACTICE_ENTERED, target=members.practice())

    assert last_event(practice).label == "harbor-lane"


def test_events_keep_the_order_in_which_they_were_recorded(practice: House) -> None:
    before = len(numbers(practice))
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED, count=1)
        with transaction.atomic():
            events.record(Action.CLIENT_LISTED, count=2)
        events.record(Action.CLIENT_LISTED, count=3)

    with practice_scope(practice.id):
        told = Event.objects.filter(seq__gt=before).order_by("seq").values_list("facts", flat=True)
        assert [facts["count"] for facts in told] == [1, 2, 3]


def test_a_whole_scope_is_appended_by_one_call(practice: House) -> None:
    before = len(numbers(practice))
    with practice_scope(practice.id):
        for count in range(20):
            with transaction.atomic():
                events.record(Action.CLIENT_LISTED, count=count)

    with practice_scope(practice.id):
        appended = Event.objects.filter(seq__gt=before)
        assert appended.count() == 20
        assert appended.values("at").distinct().count() == 1  # the clock is read once a call


def test_the_touched_clients_are_noted_once_each(practice: House) -> None:
    one, other = uuid4(), uuid4()
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED, touched=[one, other, one])

    with practice_scope(practice.id):
        touches = Touch.objects.filter(seq=Event.objects.latest("seq").seq)
        assert {touch.client_id for touch in touches} == {one, other}
        assert touches.count() == 2


def test_sealed_values_stand_beside_the_event_and_their_commitment_in_it(practice: House) -> None:
    values = SealedValues(ciphertext=b"\x00sealed\xff", key_version=3, commitment=b"c" * 32)
    with practice_scope(practice.id):
        events.record(Action.CLIENT_CHANGED, label="C-0001", values=values)

    with practice_scope(practice.id):
        event, value = Event.objects.latest("seq"), Value.objects.get()
        assert (value.seq, value.ciphertext, value.key_version) == (event.seq, b"\x00sealed\xff", 3)
        assert event.commitment == b"c" * 32


def test_the_event_of_a_savepoint_that_was_rolled_back_is_gone(practice: House) -> None:
    before = len(numbers(practice))
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED, count=1)
        with pytest.raises(Undone), transaction.atomic():
            events.record(Action.CLIENT_LISTED, count=2)
            with transaction.atomic():
                events.record(Action.CLIENT_LISTED, count=3)
            raise Undone
        events.record(Action.CLIENT_LISTED, count=4)

    assert len(numbers(practice)) == before + 2
    assert last_event(practice).facts == {"count": 4}


def test_the_events_of_a_scope_that_failed_are_gone(practice: House) -> None:
    before = numbers(practice)
    with pytest.raises(Undone), practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED)
        raise Undone

    assert numbers(practice) == before


def test_numbers_have_no_gaps_after_failures(practice: House) -> None:
    for fails in (False, True, False, True, True, False):
        try:
            with practice_scope(practice.id):
                events.record(Action.CLIENT_LISTED)
                if fails:
                    raise Undone
        except Undone:
            continue

    found = numbers(practice)
    assert found == list(range(1, len(found) + 1))


def test_the_installation_has_a_log_of_its_own(practice: House) -> None:
    with installation_scope():
        events.record(Action.SIGN_IN_FAILED, reason="wrong password")

    with installation_scope():
        event = Event.objects.latest("seq")
        assert (event.practice_id, event.person_id) == (UUID(int=0), None)
        assert Head.objects.get().seq == event.seq


def test_no_practice_reads_the_log_of_another(practice: House, other_practice: House) -> None:
    with practice_scope(practice.id):
        assert set(Event.objects.values_list("practice_id", flat=True)) == {practice.id}
        assert Head.objects.get().practice_id == practice.id


def test_outside_a_scope_nothing_is_appended(practice: House) -> None:
    with pytest.raises(DatabaseError, match="none is open"), transaction.atomic():
        events.record(Action.CLIENT_LISTED)
        events.flush()


@pytest.mark.commits
def test_outside_a_transaction_nothing_is_recorded(practice: House) -> None:
    with pytest.raises(NoTransaction):
        events.record(Action.CLIENT_LISTED)


@pytest.mark.commits
def test_a_commit_that_forgot_its_events_is_loud(practice: House) -> None:
    with pytest.raises(NotAppended, match="2 events"), transaction.atomic():
        events.record(Action.CLIENT_LISTED)
        events.record(Action.CLIENT_LISTED)


@pytest.mark.commits
def test_a_scope_leaves_no_event_to_be_forgotten(practice: House) -> None:
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED)

    assert connection.run_on_commit == []


def test_a_flush_leaves_what_an_enclosing_transaction_recorded(practice: House) -> None:
    events.record(Action.CLIENT_LISTED, count=1)
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED, count=2)

    hooks = [hook for _, hook, *_ in connection.run_on_commit if isinstance(hook, Pending)]
    assert [hook.events for hook in hooks if not hook.is_appended] == [
        [{"action": "clients.client.listed", "facts": {"count": 1}}]
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"note": "x" * 201},
        {"note": "two\nlines"},
        {"note": "nul\0"},
        {"note": "\ud800"},
        {"amount": 1.5},
        {"is_new": True},
        {"ids": ["a"]},
        {"nested": {"a": 1}},
        {"nothing": None},
        {"large": 2**63},
        {"Name": "x"},
        {"label_": "x", "ключ": "x"},
    ],
)
def test_a_fact_is_an_id_a_code_a_count_or_cents(scope: None, facts: dict[str, Any]) -> None:
    with pytest.raises(UnfitFact):
        events.record(Action.CLIENT_LISTED, **facts)


def test_a_refused_fact_is_not_quoted(scope: None) -> None:
    with pytest.raises(UnfitFact) as refused:
        events.record(Action.CLIENT_LISTED, note="Jane Doe\n")

    assert "Jane" not in str(refused.value)


def test_an_action_outside_the_list_is_refused(scope: None) -> None:
    with pytest.raises(ValueError, match="is not a valid Action"):
        events.record("billing.payment.lost")  # type: ignore[arg-type]  # what a caller must not do


@settings(deadline=None, max_examples=25)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(
            lambda name: name not in {"action", "target", "label", "touched", "values"}
        ),
        st.integers(-(2**63) + 1, 2**63 - 1)
        | st.text(max_size=200).filter(lambda text: text.isprintable()),
        max_size=5,
    )
)
def test_whatever_is_recorded_reads_back_and_the_chain_is_whole(
    facts: dict[str, Any],
) -> None:
    with installation_scope():
        events.record(Action.CLIENT_LISTED, label="Ä“😀", **facts)

    with installation_scope():
        assert Event.objects.latest("seq").facts == facts
        assert chain.verify(UUID(int=0)) is None
