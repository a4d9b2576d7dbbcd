"""What the database holds of approvals whoever writes to it, and fifty who ask at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.ids import uuid7
from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import (
    Cleared,
    Decision,
    MayNotDecide,
    NotWaiting,
    NotYours,
    Waiting,
)
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW
from tests.accounts.services.asking import LATER, PAYMENT, approved, ask, waiting
from tests.houses import House

AT_ONCE = 50


def assert_refused(statement: str, pk: UUID) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [pk])


@pytest.mark.parametrize(
    "change",
    [
        "decision = 'REFUSED'",
        "decided_by_id = asked_by_id, decision = 'WITHDRAWN'",
        "decision = '', decided_at = NULL, decided_by_id = NULL",
        "spent_at = expires_at",
    ],
)
@pytest.mark.usefixtures("scope")
def test_an_answer_stays_as_it_was_given(
    front_desk: Membership, accountant: Membership, change: str
) -> None:
    request = approved(front_desk, accountant)

    assert_refused(f"UPDATE accounts_approval SET {change} WHERE id = %s", request.pk)


@pytest.mark.usefixtures("scope")
def test_what_is_spent_cannot_be_had_again(front_desk: Membership, accountant: Membership) -> None:
    request = approved(front_desk, accountant)
    ask(front_desk)

    assert_refused("UPDATE accounts_approval SET spent_at = NULL WHERE id = %s", request.pk)


@pytest.mark.usefixtures("scope")
def test_a_second_person_is_a_second_person(front_desk: Membership) -> None:
    request = waiting(front_desk)
    own = "UPDATE accounts_approval SET decision = 'APPROVED', decided_at = now(), decided_by_id = "

    assert_refused(own + "asked_by_id WHERE id = %s", request.pk)
    assert_refused("UPDATE accounts_approval SET spent_at = now() WHERE id = %s", request.pk)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("waits_once", {}),
        ("three_days", {"subject_id": PAYMENT, "expires_at": NOW + timedelta(hours=73)}),
        ("not_negative", {"subject_id": PAYMENT, "amount_cents": -1}),
    ],
)
@pytest.mark.usefixtures("scope")
def test_a_request_that_cannot_be_is_not_written(
    front_desk: Membership, constraint: str, changed: dict[str, Any]
) -> None:
    request = waiting(front_desk)
    if changed:
        approvals.withdraw(approval=request, by=front_desk, now=LATER)
    for name, value in changed.items():
        setattr(request, name, value)
    request.pk = uuid7()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        request.save(force_insert=True)


@pytest.mark.parametrize("column", ["amount_cents = 1", "asked_by_id = decided_by_id", "act = 'X'"])
@pytest.mark.usefixtures("scope")
def test_what_was_asked_for_cannot_be_changed(
    front_desk: Membership, accountant: Membership, column: str
) -> None:
    request = approved(front_desk, accountant)

    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE accounts_approval SET {column} WHERE id = %s", [request.pk])


STEP = st.tuples(
    st.sampled_from(["ask", "approve", "refuse", "withdraw", "wait"]),
    st.sampled_from(["front-desk", "accountant", "administrator"]),
    st.sampled_from([600_00, 700_00]),
)


@given(steps=st.lists(STEP, max_size=25))
@example(steps=[("ask", "front-desk", 600_00), ("approve", "accountant", 0)] * 2)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.usefixtures("scope")
def test_whatever_people_do_every_spent_approval_was_given_by_another_in_time(
    practice: House, steps: list[tuple[str, str, int]]
) -> None:
    with given_up():
        cleared = played(practice, steps)

        spent = {row.pk: row for row in Approval.objects.exclude(spent_at=None)}
        assert len(cleared) == len(spent)
        for asker, cents, approval_id in cleared:
            row = spent[approval_id]
            assert (row.asked_by_id, row.amount_cents, row.decision) == (asker, cents, "APPROVED")
            assert row.decided_by_id != asker
            assert row.spent_at
            assert row.spent_at < row.expires_at


def played(practice: House, steps: list[tuple[str, str, int]]) -> list[tuple[UUID, int, UUID]]:
    """Let people ask, answer, take back and wait; return who was cleared for what, and by what."""
    cleared, now = [], NOW
    for what, who, cents in steps:
        by = practice.people[who]
        if what == "wait":
            now += timedelta(hours=30)
        elif what == "ask":
            answer = _asked(by, cents, now)
            if isinstance(answer, Cleared) and answer.approval_id:
                cleared.append((by.pk, cents, answer.approval_id))
        else:
            _answered(what, by, now)
    return cleared


@contextmanager
def given_up() -> Iterator[None]:
    """Undo whatever an example did, also when it fails."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def _asked(by: Membership, cents: int, now: Any) -> Cleared | Waiting | None:
    try:
        return approvals.require(
            act=Act.WRITE_OFF,
            amount_cents=cents,
            already_cents=0,
            subject_kind="billing.invoice",
            subject_id=PAYMENT,
            label="INV-2026-0007",
            by=by,
            now=now,
        )
    except approvals.AskedBySomebodyElse:
        return None


def _answered(what: str, by: Membership, now: Any) -> None:
    for request in Approval.objects.filter(decision=""):
        try:
            if what == "withdraw":
                approvals.withdraw(approval=request, by=by, now=now)
            else:
                decision = Decision.APPROVED if what == "approve" else Decision.REFUSED
                approvals.decide(approval=request, decision=decision, by=by, now=now)
        except (MayNotDecide, NotYours, NotWaiting):
            continue


@pytest.mark.commits
def test_of_fifty_at_once_one_spends_it_and_one_new_request_waits(practice: House) -> None:
    by, decider = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id, person_id=by.person_id):
        request = approved(by, decider)

    answers = at_once(lambda: ask(by), practice, by)

    cleared = [answer for answer in answers if isinstance(answer, Cleared)]
    assert cleared == [Cleared(request.pk)]
    assert len({answer.approval_id for answer in answers if isinstance(answer, Waiting)}) == 1
    with practice_scope(practice.id):
        assert Approval.objects.filter(decision="").count() == 1
        assert Event.objects.filter(action=Action.APPROVAL_ASKED).count() == 2


@pytest.mark.commits
def test_of_many_answers_at_once_one_counts(practice: House) -> None:
    by, decider = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id, person_id=by.person_id):
        request = waiting(by)

    def answer() -> str:
        try:
            approvals.decide(approval=request, decision=Decision.APPROVED, by=decider, now=LATER)
        except NotWaiting:
            return "late"
        return "first"

    assert sorted(at_once(answer, practice, decider)).count("first") == 1
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.APPROVAL_DECIDED).count() == 1


def at_once(act: Any, practice: House, by: Membership) -> list[Any]:
    """Do something in fifty transactions of one person, eight at a time."""

    def alone(_: int) -> Any:
        try:
            with practice_scope(practice.id, person_id=by.person_id):
                return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(alone, range(AT_ONCE)))
