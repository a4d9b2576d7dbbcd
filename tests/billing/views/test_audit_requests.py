"""An auditor asks, the practice answers with a page, and the auditor accepts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRequest, AuditRequestStep, Membership
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.views.audit_requests import page_choices, page_of
from tests import counting
from tests.billing import desk as at
from tests.billing import evidence as papers
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

ASK, ANSWERS = reverse("billing:audit_requests"), reverse("billing:audit_answers")


def today() -> str:
    return timezone.localdate(timezone=at.ZONE).isoformat()


def asked(browser: Browser, billed: Billed) -> AuditRequest:
    typed = {"key": str(uuid4()), "own_words": "Show me the bank line of March", "due_on": today()}
    assert browser.post(ASK, typed).status_code == 302
    with practice_scope(billed.house.id):
        return AuditRequest.objects.get()


def test_asked_answered_and_accepted(
    billed: Billed, as_auditor: Browser, as_accountant: Browser
) -> None:
    assert "No request" in as_auditor.get(ASK).content.decode()
    request = asked(as_auditor, billed)
    mine = reverse("billing:audit_request", args=[request.pk])
    theirs = reverse("billing:audit_answer", args=[request.pk])
    assert "Show me the bank line of March" in as_accountant.get(ANSWERS).content.decode()
    assert "the practice is next" in as_auditor.get(ASK).content.decode()

    said = {"turn": "0", "own_words": "It is there", "page": "trial-balance"}
    as_accountant.post(theirs, said)
    page = as_auditor.get(mine).content.decode()
    assert "It is there" in page
    assert reverse("billing:report", args=["trial-balance"]) in page
    again = as_auditor.post(mine, {"turn": "1", "kind": "AGAIN", "own_words": ""})
    assert again.status_code == 422
    assert "Write what is still missing." in again.content.decode()
    as_auditor.post(mine, {"turn": "1", "kind": "AGAIN", "own_words": "Of April too"})
    assert "Of April too" in as_accountant.get(theirs).content.decode()
    as_accountant.post(theirs, {"turn": "2", "own_words": "Now", "page": ""})
    as_auditor.post(mine, {"turn": "3", "kind": "ACCEPTED", "own_words": ""})

    assert "No request" in as_auditor.get(ASK).content.decode()
    closed = as_auditor.get(ASK, {"state": "closed"}).content.decode()
    assert "Accepted" in closed
    assert '<form class="sheet sheet--pad form form--page mt' not in as_auditor.get(mine).text


def test_a_stale_tab_is_told_so_and_keeps_what_was_typed(
    billed: Billed, as_auditor: Browser, as_accountant: Browser
) -> None:
    theirs = reverse("billing:audit_answer", args=[asked(as_auditor, billed).pk])
    as_accountant.post(theirs, {"turn": "0", "own_words": "First", "page": ""})

    answer = as_accountant.post(theirs, {"turn": "0", "own_words": "Second", "page": ""})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody went on with this request meanwhile." in page
    assert "Second" in page
    assert 'name="turn" value="1"' in page
    assert ">Answer</button>" not in page
    with practice_scope(billed.house.id):
        assert AuditRequestStep.objects.count() == 1


def test_an_answer_says_something(
    billed: Billed, as_auditor: Browser, as_accountant: Browser
) -> None:
    theirs = reverse("billing:audit_answer", args=[asked(as_auditor, billed).pk])

    answer = as_accountant.post(theirs, {"turn": "0", "own_words": " ", "page": ""})

    assert answer.status_code == 422
    assert "Write an answer, or choose where it stands." in answer.content.decode()


def test_a_day_that_has_passed_is_no_day_to_be_due(billed: Billed, as_auditor: Browser) -> None:
    before = timezone.localdate(timezone=at.ZONE) - timedelta(days=1)
    typed = {"key": str(uuid4()), "own_words": "X", "due_on": before.isoformat()}

    answer = as_auditor.post(ASK, typed)

    assert answer.status_code == 422
    assert "Enter today or a later day." in answer.content.decode()


def test_what_is_late_says_so(billed: Billed, as_auditor: Browser, auditor: Membership) -> None:
    with practice_scope(billed.house.id, person_id=auditor.person_id):
        papers.asked(auditor)

    assert "Overdue" in as_auditor.get(ASK).content.decode()


def test_an_administrator_does_not_accept_an_answer_of_their_own(
    billed: Billed, as_auditor: Browser, administrator: Membership, signed_in: SignIn
) -> None:
    request, browser = asked(as_auditor, billed), signed_in(administrator)
    theirs = reverse("billing:audit_answer", args=[request.pk])
    browser.post(theirs, {"turn": "0", "own_words": "Here", "page": ""})

    mine = reverse("billing:audit_request", args=[request.pk])
    answer = browser.post(mine, {"turn": "1", "kind": "ACCEPTED", "own_words": ""})

    assert answer.status_code == 409
    assert "Somebody else accepts it." in answer.content.decode()


def test_whoever_did_not_ask_is_not_asked_to_accept(
    billed: Billed,
    as_auditor: Browser,
    as_accountant: Browser,
    administrator: Membership,
    signed_in: SignIn,
) -> None:
    request, browser = asked(as_auditor, billed), signed_in(administrator)
    theirs = reverse("billing:audit_answer", args=[request.pk])
    as_accountant.post(theirs, {"turn": "0", "own_words": "Here", "page": ""})

    mine = reverse("billing:audit_request", args=[request.pk])
    answer = browser.post(mine, {"turn": "1", "kind": "ACCEPTED", "own_words": ""})

    assert answer.status_code == 409
    assert "Only whoever made this request accepts" in answer.content.decode()
    assert ">Accept</button>" not in browser.get(mine).content.decode()
    assert ">Accept</button>" in as_auditor.get(mine).content.decode()


def test_every_page_that_an_answer_leads_to_is_open_to_an_auditor(
    billed: Billed, as_auditor: Browser, auditor: Membership
) -> None:
    with practice_scope(billed.house.id):
        assert Permission.AUDIT_WORK in members.permissions_of(auditor)
    for name, _ in page_choices():
        found = page_of(name)
        assert found
        assert as_auditor.get(found[1]).status_code == 200, name
    assert page_of("nothing") is None


@pytest.mark.parametrize("role", ["auditor", "accountant"])
def test_many_requests_take_as_many_queries_as_one(
    billed: Billed, auditor: Membership, signed_in: SignIn, role: str
) -> None:
    browser = signed_in(billed.house.people[role])
    url = ASK if role == "auditor" else ANSWERS
    with practice_scope(billed.house.id, person_id=auditor.person_id):
        papers.asked(auditor)
    with counting.queries() as few:
        browser.get(url)
    with practice_scope(billed.house.id, person_id=auditor.person_id):
        for _ in range(4):
            papers.asked(auditor)
    with counting.queries() as many:
        browser.get(url)

    assert len(many) == len(few)
