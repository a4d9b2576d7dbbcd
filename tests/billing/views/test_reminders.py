"""The pages of reminders: who is due, sending them, and the rules."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.utils.timezone import localdate

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Letter, Reminder, ReminderPolicy
from billing.services import reminders
from clients.models import Client
from ledger.money import Money
from tests import counting
from tests.billing import desk as at
from tests.billing import post
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

PAGE, RULES = "/letters/reminders/", "/letters/reminder-rules/"
TYPED: dict[str, Any] = {
    "steps": "14, 30",
    "at_least": "10",
    "days_between": "7",
    "is_automatic": "on",
}


@pytest.fixture
def late(billed: Billed) -> Billed:
    """Both clients of the house are late; one of them has no e-mail address."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        post.reachable(billed.own, by)
        days_late = (localdate(timezone=at.ZONE) - billed.own_invoice.due_on).days
        reminders.set_policy(
            steps=[max(days_late, 1)],
            at_least=Money(10_00),
            days_between=7,
            is_automatic=False,
            now=at.NOW,
            by=by,
        )
    return billed


@pytest.fixture
def as_administrator(billed: Billed, administrator: Membership, signed_in: SignIn) -> Browser:
    return signed_in(administrator)


def test_who_is_due_is_seen_and_then_sent_once(at_desk: Browser, late: Billed) -> None:
    answer = at_desk.get(PAGE)
    for words in ("Send 1", "No e-mail address", "150.00", "net of their credit"):
        assert words in answer.text
    asked = {"client": [str(late.own.pk), str(late.other.pk)]}

    assert "1 reminder is written" in at_desk.post(PAGE, asked, follow=True).text
    assert "Nobody had to be reminded" in at_desk.post(PAGE, asked, follow=True).text
    with practice_scope(late.house.id):
        assert Letter.objects.count() == Reminder.objects.count() == 1
    history = at_desk.get(f"/clients/{late.own.pk}/letters/").text
    assert "Reminder at" in history


def test_who_may_not_know_names_sees_codes(as_accountant: Browser, late: Billed) -> None:
    text = as_accountant.get(PAGE).text

    assert "C-0001" in text
    assert "Okonkwo" not in text


def test_the_page_asks_as_often_for_many_as_for_few(at_desk: Browser, late: Billed) -> None:
    by = late.house.people["front-desk"]
    few = asked(at_desk)
    with practice_scope(late.house.id, person_id=by.person_id):
        for number in range(4):
            post.owing(by, f"More {number}", address=f"m{number}@mail.example")

    assert asked(at_desk) == few


def asked(browser: Browser) -> int:
    with counting.queries() as asked_for:
        browser.get(PAGE)
    return len(asked_for)


def test_without_rules_nobody_is_due(at_desk: Browser, billed: Billed) -> None:
    text = at_desk.get(PAGE).text

    assert "No rules are set" in text
    assert "Nobody has to be reminded" in text


def test_rules_are_set_and_kept_in_their_versions(
    as_administrator: Browser, billed: Billed
) -> None:
    assert "14, 30, 60" in as_administrator.get(RULES).text
    for changes, words in (
        ({"steps": "two"}, "whole numbers with commas"),
        ({"steps": "0, 14"}, "a number of days after the due date"),
        ({"steps": "14 14"}, "different numbers of days"),
        ({"at_least": "0"}, "an amount above zero"),
        ({"days_between": "0"}, "greater than or equal to 1"),
    ):
        answer = as_administrator.post(RULES, TYPED | changes)
        assert (answer.status_code, words in answer.text) == (422, True), changes
    answer = as_administrator.post(RULES, TYPED, follow=True)
    assert "Reminders go by these rules" in answer.text
    with practice_scope(billed.house.id):
        assert ReminderPolicy.objects.get().step_count == 2


def test_therapists_remind_nobody(as_therapist: Browser, late: Billed) -> None:
    assert as_therapist.get(PAGE).status_code == 403
    assert as_therapist.post(PAGE).status_code == 403


def test_a_client_who_pays_meanwhile_gets_none(at_desk: Browser, late: Billed) -> None:
    by = late.house.people["front-desk"]
    with practice_scope(late.house.id, person_id=by.person_id):
        own = Client.objects.get(pk=late.own.pk)
        at.cash(own, by, "150.00", apply_to=late.own_invoice)

    answer = at_desk.post(PAGE, {"client": [str(late.own.pk)]}, follow=True)

    assert "Nobody had to be reminded" in answer.text
