from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import ServiceCode, Session
from clients.models import Assignment
from clients.services import assignments
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.conftest import Billed

NEW = "/sessions/new/"
UNBILLED = "/sessions/unbilled/"


def typed(billed: Billed, **changes: Any) -> dict[str, Any]:
    with practice_scope(billed.house.id):
        service = ServiceCode.objects.get(code="90834").pk
    return {
        "code": "C-0001",
        "therapist": billed.house.people["therapist"].pk,
        "service": service,
        "on": "2026-02-24",
        "at": "10:00",
        "minutes": "45",
        "fee": "",
        **changes,
    }


def newest(billed: Billed) -> Session:
    with practice_scope(billed.house.id):
        return Session.objects.order_by("-id")[0]


def test_the_desk_records_a_session_at_the_list_fee(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(billed))

    assert answer["Location"] == reverse("billing:client", args=[billed.own.pk])
    assert newest(billed).fee == Money(150_00)
    assert newest(billed).recorded_by_id == billed.house.people["front-desk"].pk


def test_a_day_without_a_list_fee_needs_one(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(billed, on="2025-12-31"))

    assert answer.status_code == 422
    assert "The list has no fee for that day. Enter one." in answer.text


def test_the_form_knows_the_client_it_was_opened_from(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(NEW, {"client": str(billed.own.pk)})

    assert '<input type="hidden" name="code" value="C-0001"' in page.text


def test_the_only_therapist_of_a_client_is_chosen_already(
    at_desk: Browser, billed: Billed, therapist: Membership
) -> None:
    own = at_desk.get(NEW, {"client": str(billed.own.pk)})
    other = at_desk.get(NEW, {"client": str(billed.other.pk)})

    assert f'<option value="{therapist.pk}" selected' in own.text
    assert f'<option value="{therapist.pk}" selected' not in other.text


def test_a_therapist_whose_care_ended_today_is_not_chosen(
    at_desk: Browser, billed: Billed, therapist: Membership
) -> None:
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        [assigned] = Assignment.objects.filter(client=billed.own)
        today = timezone.localdate(now, timezone=at.ZONE)
        assignments.end(assignment=assigned, ends_on=today, now=now, by=by)

    page = at_desk.get(NEW, {"client": str(billed.own.pk)})

    assert f'<option value="{therapist.pk}" selected' not in page.text


def test_a_session_of_tomorrow_comes_back(at_desk: Browser, billed: Billed) -> None:
    tomorrow = timezone.localdate(timezone=at.ZONE) + timedelta(days=1)

    answer = at_desk.post(NEW, typed(billed, on=tomorrow.isoformat()))

    assert answer.status_code == 422
    assert "on its day at the earliest" in answer.text


def test_a_therapist_records_for_themselves_and_their_clients(
    as_therapist: Browser, billed: Billed, therapist: Membership
) -> None:
    own = as_therapist.post(NEW, typed(billed))
    other = as_therapist.post(NEW, typed(billed, code="C-0002"))

    assert own.status_code == 302
    assert newest(billed).therapist_id == therapist.pk
    assert other.status_code == 422
    assert "There is no client with this code." in other.text


def test_unbilled_sessions_stand_by_therapist_with_their_sum(
    at_desk: Browser, billed: Billed
) -> None:
    with practice_scope(billed.house.id):
        at.session(billed.own, billed.house.people["front-desk"])

    page = at_desk.get(UNBILLED)

    for words in ("1 session happened", "$150.00 in all", "Therapist of Harbor Lane", "C-0001"):
        assert words in page.text


def test_a_therapist_sees_own_unbilled_sessions_and_cannot_issue(
    as_therapist: Browser, billed: Billed
) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        at.session(billed.own, by)
        at.session(billed.other, by)

    page = as_therapist.get(UNBILLED)

    assert "C-0001" in page.text
    assert "C-0002" not in page.text
    assert "Issue invoices" not in page.text


def test_an_empty_list_says_so(at_desk: Browser) -> None:
    assert "Every session has an invoice." in at_desk.get(UNBILLED).text


def test_a_long_list_has_pages_and_bounded_queries(
    at_desk: Browser, billed: Billed, django_assert_max_num_queries: Any
) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        for _ in range(51):
            at.session(billed.own, by)

    with django_assert_max_num_queries(20):
        first = at_desk.get(UNBILLED)
    second = at_desk.get(UNBILLED, {"page": 2})

    assert "1 to 50 of 51 sessions" in first.text
    assert "51 to 51 of 51 sessions" in second.text


@pytest.mark.parametrize("path", [NEW, UNBILLED])
def test_the_accountant_has_no_sessions(as_accountant: Browser, path: str) -> None:
    assert as_accountant.get(path).status_code == 403
