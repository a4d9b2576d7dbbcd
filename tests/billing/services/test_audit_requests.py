"""Requests of auditors: asked, answered, accepted; every step stays, in its order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.models import AuditRequest, AuditRequestStep, Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from audit.services import events
from billing.selectors import audit_requests
from billing.services import audit_requests as services
from tests.billing import desk as at
from tests.billing import evidence as papers
from tests.billing.conftest import Billed


@pytest.fixture
def request_of(desk: Membership, auditor: Membership) -> AuditRequest:
    return papers.asked(auditor)


def shown(request: AuditRequest, days: int = 0) -> audit_requests.Shown:
    [row] = audit_requests.shown([request], today=at.TODAY + timedelta(days=days))
    return row


def test_from_the_question_to_the_yes(
    request_of: AuditRequest, auditor: Membership, accountant: Membership
) -> None:
    asked = request_of
    assert (shown(asked).state, shown(asked).waits_for) == ("waiting", "practice")
    assert (shown(asked).is_late, shown(asked, 1).is_late) == (False, True)

    papers.step(asked, accountant, "ANSWERED", "Here", "trial-balance")
    assert (shown(asked).state, shown(asked).waits_for) == ("answered", "auditor")
    assert not shown(asked, 9).is_late
    papers.step(asked, auditor, "AGAIN", "Of February, please")
    assert (shown(asked).state, shown(asked, 1).is_late) == ("again", True)
    papers.step(asked, accountant, "ANSWERED", "Here it is")
    papers.step(asked, auditor, "ACCEPTED")

    row = shown(asked, 9)
    assert (row.state, row.waits_for, row.is_late) == ("accepted", "", False)
    assert [(step.what, step.own_words) for step in row.steps] == [
        ("Answered", "Here"),
        ("Asked again", "Of February, please"),
        ("Answered", "Here it is"),
        ("Accepted", ""),
    ]
    assert list(audit_requests.open_ones()) == []
    assert list(audit_requests.closed()) == [asked]


def test_a_form_that_is_sent_twice_asks_once(desk: Membership, auditor: Membership) -> None:
    key = uuid4()
    assert papers.asked(auditor, key=key) == papers.asked(auditor, "Other words", key=key)


@pytest.mark.parametrize("kinds", [["ACCEPTED"], ["AGAIN"], ["ANSWERED", "ANSWERED"]])
def test_a_step_that_does_not_follow_is_refused(
    request_of: AuditRequest, auditor: Membership, accountant: Membership, kinds: list[str]
) -> None:
    *before, last = kinds
    for kind in before:
        papers.step(request_of, accountant, kind, "x")

    with pytest.raises(services.MovedOn):
        papers.step(request_of, auditor, last, "x")


def test_what_was_decided_on_a_stale_look_is_refused(
    request_of: AuditRequest, auditor: Membership, accountant: Membership
) -> None:
    papers.step(request_of, accountant, "ANSWERED", "Here")
    with pytest.raises(services.MovedOn):
        services.go_on(request=request_of, kind="ACCEPTED", seen_turn=0, now=at.NOW, by=auditor)


def test_nobody_accepts_an_answer_of_their_own(
    request_of: AuditRequest, administrator: Membership
) -> None:
    papers.step(request_of, administrator, "ANSWERED", "Here")
    for kind in ("ACCEPTED", "AGAIN"):
        with pytest.raises(services.OwnAnswer):
            papers.step(request_of, administrator, kind, "x")


def test_the_practice_does_not_accept_for_whoever_asked(
    request_of: AuditRequest, auditor: Membership, accountant: Membership, administrator: Membership
) -> None:
    """An administrator may answer and examine, and so could say yes to a colleague's answer."""
    papers.step(request_of, accountant, "ANSWERED", "Here")
    for kind in ("ACCEPTED", "AGAIN"):
        with pytest.raises(services.NotYours):
            papers.step(request_of, administrator, kind, "x")

    papers.step(request_of, auditor, "ACCEPTED")


def test_whoever_asked_takes_it_back_and_nobody_else(
    request_of: AuditRequest, auditor: Membership, administrator: Membership
) -> None:
    with pytest.raises(services.NotYours):
        papers.step(request_of, administrator, "WITHDRAWN")
    papers.step(request_of, auditor, "WITHDRAWN")

    assert shown(request_of).state == "withdrawn"
    with pytest.raises(services.MovedOn):
        papers.step(request_of, administrator, "ANSWERED", "Too late")


def test_the_words_are_sealed_and_the_log_has_none_of_them(
    request_of: AuditRequest, accountant: Membership
) -> None:
    papers.step(request_of, accountant, "ANSWERED", "In the drawer")
    events.flush()

    raw = bytes(AuditRequest.objects.values_list("own_words", flat=True).get() or b"INV")
    assert b"INV" not in raw
    told = list(Event.objects.filter(action__startswith="accounts.audit_request."))
    assert [event.action.rpartition(".")[2] for event in told] == ["asked", "answered"]
    assert "drawer" not in str([(event.label, event.facts) for event in told])


STEP = (
    "INSERT INTO accounts_auditrequeststep (id, request_id, turn, kind, own_words, page, done_at,"
    " done_by_id) SELECT gen_random_uuid(), request_id, {turn}, '{kind}', own_words, '{page}',"
    " done_at, {by} FROM accounts_auditrequeststep WHERE turn = 1"
)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_auditrequest SET due_on = due_on + 30",
        "DELETE FROM accounts_auditrequest",
        "UPDATE accounts_auditrequeststep SET kind = 'ACCEPTED'",
        "DELETE FROM accounts_auditrequeststep",
        STEP.format(turn=1, kind="ACCEPTED", page="", by="%(auditor)s"),
        STEP.format(turn=3, kind="ACCEPTED", page="", by="%(auditor)s"),
        STEP.format(turn=2, kind="ANSWERED", page="", by="%(auditor)s"),
        STEP.format(turn=2, kind="ACCEPTED", page="", by="done_by_id"),
        STEP.format(turn=2, kind="WITHDRAWN", page="", by="done_by_id"),
        STEP.format(turn=2, kind="ACCEPTED", page="", by="%(other)s"),
        STEP.format(turn=2, kind="AGAIN", page="", by="%(other)s"),
        STEP.format(turn=2, kind="ACCEPTED", page="log", by="%(auditor)s"),
        STEP.format(turn=2, kind="PERHAPS", page="", by="%(auditor)s"),
    ],
)
def test_the_database_keeps_what_was_asked_and_in_what_order(
    request_of: AuditRequest,
    auditor: Membership,
    accountant: Membership,
    administrator: Membership,
    change: str,
) -> None:
    papers.step(request_of, accountant, "ANSWERED", "Here")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, {"auditor": auditor.pk, "other": administrator.pk})


def test_after_the_yes_the_database_takes_no_step(
    request_of: AuditRequest, auditor: Membership, accountant: Membership
) -> None:
    papers.step(request_of, accountant, "ANSWERED", "Here")
    papers.step(request_of, auditor, "ACCEPTED")

    with (
        pytest.raises(DatabaseError, match="stays closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(STEP.format(turn=3, kind="ANSWERED", page="", by="done_by_id"))


@pytest.mark.commits
def test_of_two_who_answer_at_once_one_does(billed: Billed) -> None:
    house, start = billed.house, Barrier(2)
    with practice_scope(house.id, person_id=house.people["auditor"].person_id):
        asked = papers.asked(house.people["auditor"])

    def answer(slug: str) -> bool:
        by = house.people[slug]
        try:
            start.wait(timeout=30)
            with practice_scope(house.id, person_id=by.person_id):
                services.go_on(
                    request=asked, kind="ANSWERED", seen_turn=0, own_words="x", now=at.NOW, by=by
                )
                return True
        except services.MovedOn:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(answer, ["accountant", "administrator"]))

    assert sorted(told) == [False, True]
    with practice_scope(house.id):
        assert AuditRequestStep.objects.count() == 1
