"""The pages of what waits for a second person."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval, Membership
from accounts.services.approvals import Waiting
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.services.asking import ask
from tests.houses import House, browser_of


@pytest.fixture
def request_of_desk(practice: House, front_desk: Membership) -> Approval:
    """A refund of $350.00 that the front desk asked for a moment ago."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        answer = ask(front_desk, now=timezone.now())
        assert isinstance(answer, Waiting)
        return Approval.objects.get(pk=answer.approval_id)


def answer(browser: Client, request: Approval, word: str) -> str:
    url = reverse("accounts:approval", args=[request.pk])
    return browser.post(url, {"answer": word}, follow=True).content.decode()


def decision_on(practice: House, request: Approval) -> str:
    with practice_scope(practice.id):
        return str(Approval.objects.get(pk=request.pk).decision)


def test_it_waits_for_whoever_may_answer(
    request_of_desk: Approval, accountant: Membership, front_desk: Membership
) -> None:
    page = browser_of(accountant).get(reverse("accounts:approvals")).content.decode()

    assert "1 request waits for your answer" in page
    for words in ("Refund", "R-00012", "350.00", "Front desk of Harbor Lane"):
        assert words in page
    own = browser_of(front_desk).get(reverse("accounts:own_approvals")).content.decode()
    assert "Waiting" in own
    assert "Take back" in own


@pytest.mark.parametrize(
    ("word", "decision", "shown"),
    [("approve", "APPROVED", "Approved"), ("refuse", "REFUSED", "Refused")],
)
def test_the_answer_is_given_and_shown_to_who_asked(
    practice: House,
    request_of_desk: Approval,
    accountant: Membership,
    front_desk: Membership,
    word: str,
    decision: str,
    shown: str,
) -> None:
    assert "Nothing waits for your answer" in answer(browser_of(accountant), request_of_desk, word)

    assert decision_on(practice, request_of_desk) == decision
    own = browser_of(front_desk).get(reverse("accounts:own_approvals")).content.decode()
    assert shown in own
    assert "Accountant of Harbor Lane" in own
    with practice_scope(practice.id):
        told = Event.objects.filter(action=Action.APPROVAL_DECIDED).latest("seq")
        assert told.facts["amount_cents"] == 350_00
        assert told.person_id == accountant.person_id


def test_an_answer_needs_a_fresh_second_factor(
    practice: House, request_of_desk: Approval, accountant: Membership
) -> None:
    browser = browser_of(accountant)
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] -= 301
    session.save()

    assert "Before you go on" in answer(browser, request_of_desk, "approve")
    assert decision_on(practice, request_of_desk) == ""


@pytest.mark.parametrize("word", ["", "APPROVED", "maybe"])
def test_an_answer_is_one_of_two(
    practice: House, request_of_desk: Approval, accountant: Membership, word: str
) -> None:
    answer(browser_of(accountant), request_of_desk, word)

    assert decision_on(practice, request_of_desk) == ""


def test_ones_own_request_is_not_among_what_waits_and_is_not_answered(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id, person_id=accountant.person_id):
        asked = ask(accountant, 900_00, now=timezone.now())
        assert isinstance(asked, Waiting)
        request = Approval.objects.get(pk=asked.approval_id)
    browser = browser_of(accountant)

    page = browser.get(reverse("accounts:approvals")).content.decode()

    assert "Nothing waits for your answer" in page
    assert "What you asked for" in page
    assert "This needs another person than you" in answer(browser, request, "approve")
    assert decision_on(practice, request) == ""


def test_who_comes_second_is_told_so(
    practice: House,
    request_of_desk: Approval,
    accountant: Membership,
    administrator: Membership,
) -> None:
    answer(browser_of(accountant), request_of_desk, "refuse")

    late = answer(browser_of(administrator), request_of_desk, "approve")

    assert "This does not wait any more" in late
    assert decision_on(practice, request_of_desk) == "REFUSED"


def test_a_request_of_another_practice_is_not_there(
    request_of_desk: Approval, other_practice: House
) -> None:
    stranger = browser_of(other_practice.people["accountant"])
    url = reverse("accounts:approval", args=[request_of_desk.pk])

    assert stranger.post(url, {"answer": "approve"}).status_code == 404


def test_one_takes_back_ones_own_and_nobody_elses(
    practice: House, request_of_desk: Approval, front_desk: Membership, accountant: Membership
) -> None:
    url = reverse("accounts:approval_withdraw", args=[request_of_desk.pk])

    assert browser_of(accountant).post(url).status_code == 404
    assert "Taken back" in browser_of(front_desk).post(url, follow=True).content.decode()
    assert decision_on(practice, request_of_desk) == "WITHDRAWN"


def test_what_is_too_old_waits_for_nobody(
    practice: House, front_desk: Membership, accountant: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        ask(front_desk, now=timezone.now() - timedelta(hours=73))

    page = browser_of(accountant).get(reverse("accounts:approvals")).content.decode()
    own = browser_of(front_desk).get(reverse("accounts:own_approvals")).content.decode()

    assert "Nothing waits for your answer" in page
    assert "Expired" in own
