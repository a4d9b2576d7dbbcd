"""Services, fees and what missed appointments cost, as an administrator or a biller sets them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import MissedPolicy, ServiceCode, ServiceFee
from billing.selectors import service_codes
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.told import said

SERVICES = "/services/"
MISSED = "/services/missed-hours/"


def today() -> date:
    return timezone.localdate(timezone=at.ZONE)


def pk_of(billed: Billed, code: str = "90834") -> UUID:
    with practice_scope(billed.house.id):
        return ServiceCode.objects.get(code=code).pk


def fee_on(billed: Billed, on: date) -> Money | None:
    with practice_scope(billed.house.id):
        return service_codes.list_fee(ServiceCode.objects.get(code="90834"), on=on)


def told(billed: Billed, action: str) -> list[Event]:
    with practice_scope(billed.house.id):
        return list(Event.objects.filter(action=action).order_by("seq"))


def test_a_service_is_added_with_its_fee(as_accountant: Browser, billed: Billed) -> None:
    answer = as_accountant.post(
        SERVICES,
        {"code": "letter", "label": " A  letter ", "fee": "45", "starts_on": today().isoformat()},
    )

    assert answer["Location"] == f"/services/{pk_of(billed, 'LETTER')}/"
    page = as_accountant.get(SERVICES).text
    assert "LETTER" in page
    assert "A letter" in page
    assert "45.00" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "90834"}, "90834 is already on the list"),
        ({"code": "99442"}, "99442 was deleted"),
        ({"code": "a b"}, "Use letters, digits and - only."),
        ({"code": ""}, "Enter a code."),
        ({"fee": "12.345"}, "at most two digits"),
        ({"starts_on": ""}, "Enter the day."),
    ],
)
def test_a_service_that_cannot_be_comes_back_with_what_was_typed(
    as_accountant: Browser, billed: Billed, typed: dict[str, str], words: str
) -> None:
    given = {"code": "X1", "label": "Kept words", "fee": "45", "starts_on": today().isoformat()}

    answer = as_accountant.post(SERVICES, {**given, **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept words" in answer.text


def test_a_fee_is_set_from_a_day_on(as_accountant: Browser, billed: Billed) -> None:
    tomorrow = today() + timedelta(days=1)

    as_accountant.post(
        f"/services/{pk_of(billed)}/", {"fee": "160", "starts_on": tomorrow.isoformat()}
    )

    assert fee_on(billed, today()) == Money(150_00)
    assert fee_on(billed, tomorrow) == Money(160_00)
    [event] = told(billed, "billing.service_code.fee_set")
    assert said(event) == {"fee_cents": 160_00, "starts_on": tomorrow.isoformat()}
    assert "$160.00 from" in as_accountant.get(SERVICES).text


def test_a_fee_of_the_past_is_refused_at_its_field(as_accountant: Browser, billed: Billed) -> None:
    yesterday = today() - timedelta(days=1)

    answer = as_accountant.post(
        f"/services/{pk_of(billed)}/", {"fee": "160", "starts_on": yesterday.isoformat()}
    )

    assert answer.status_code == 422
    assert "A fee of the past does not change." in answer.text
    assert 'value="160"' in answer.text
    with practice_scope(billed.house.id):
        assert ServiceFee.objects.filter(service_code__code="90834").count() == 1


def test_a_form_that_is_sent_twice_sets_one_fee(as_accountant: Browser, billed: Billed) -> None:
    given = {"fee": "160", "starts_on": today().isoformat()}
    url = f"/services/{pk_of(billed)}/"

    assert as_accountant.post(url, given).status_code == 302
    again = as_accountant.post(url, given, follow=True)
    assert "From that day on this is the fee already." in again.text
    with practice_scope(billed.house.id):
        assert ServiceFee.objects.filter(service_code__code="90834").count() == 2


def test_a_service_is_renamed_and_ended(as_accountant: Browser, billed: Billed) -> None:
    url = f"/services/{pk_of(billed)}/"

    as_accountant.post(f"{url}name/", {"label": "Talking, 45 minutes"})
    as_accountant.post(f"{url}end/", {"starts_on": today().isoformat()})

    page = as_accountant.get(url).text
    assert "Talking, 45 minutes" in page
    assert "Not offered today." in page
    assert fee_on(billed, today()) is None


def test_a_service_that_ended_is_not_offered_at_the_desk(
    as_accountant: Browser, at_desk: Browser, billed: Billed
) -> None:
    as_accountant.post(f"/services/{pk_of(billed)}/end/", {"starts_on": today().isoformat()})

    assert f'<option value="{pk_of(billed)}"' not in at_desk.get("/sessions/new/").text


def policy(**changes: Any) -> dict[str, Any]:
    return {
        "starts_on": today().isoformat(),
        "notice_hours": "24",
        "late_percent": "",
        "late_amount": "75",
        "no_show_percent": "100",
        "no_show_amount": "",
        "first_is_free": "on",
        **changes,
    }


def test_what_missed_appointments_cost_is_set(as_accountant: Browser, billed: Billed) -> None:
    answer = as_accountant.post(MISSED, policy())

    assert answer["Location"] == MISSED
    page = as_accountant.get(MISSED).text
    for words in ("24 hours", "$75.00", "100 % of the session", "first one free"):
        assert words in page
    [event] = told(billed, "billing.missed_policy.set")
    assert said(event) == {"starts_on": today().isoformat(), "hours": 24}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"late_percent": "50"}, "either a percentage of the session or an amount"),
        ({"no_show_percent": ""}, "either a percentage of the session or an amount"),
        ({"no_show_percent": "101"}, "less than or equal to 100"),
        ({"notice_hours": "500"}, "less than or equal to 336"),
        ({"starts_on": "2026-01-01"}, "What counted in the past does not change."),
    ],
)
def test_a_policy_that_cannot_be_is_refused(
    as_accountant: Browser, billed: Billed, changes: dict[str, str], words: str
) -> None:
    answer = as_accountant.post(MISSED, policy(**changes))

    assert answer.status_code == 422
    assert words in answer.text
    with practice_scope(billed.house.id):
        assert not MissedPolicy.objects.exists()


@pytest.mark.parametrize("path", [SERVICES, MISSED])
def test_the_desk_charges_fees_and_does_not_set_them(at_desk: Browser, path: str) -> None:
    assert at_desk.get(path).status_code == 403
