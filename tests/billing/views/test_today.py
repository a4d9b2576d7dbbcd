from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from tests.billing import desk as at
from tests.billing.conftest import Billed

TODAY = "/today/"


def come(billed: Billed) -> None:
    """Both clients come today; the first one pays 40.00."""
    by, now = billed.house.people["front-desk"], timezone.now()
    today = timezone.localdate(timezone=at.ZONE)
    with practice_scope(billed.house.id):
        for client in (billed.own, billed.other):
            at.session(client, by, on=today, now=now)
        at.cash(billed.own, by, "40.00", on=today)


def test_the_desk_sees_who_came_and_what_they_owe(at_desk: Browser, billed: Billed) -> None:
    come(billed)

    page = at_desk.get(TODAY)

    for words in (
        "2 sessions. $260.00 is open",
        "10:00 AM",
        "Amara Okonkwo",
        "Take $110.00",
        "Receipt R-00001",
        "$40.00 in all",
        "2 sessions without an invoice",
    ):
        assert words in page.text


def test_a_therapist_sees_own_sessions_and_takes_no_money(
    as_therapist: Browser, billed: Billed
) -> None:
    come(billed)

    page = as_therapist.get(TODAY)

    assert "1 session. $110.00 is open" in page.text
    assert "Whitfield" not in page.text
    assert reverse("billing:payment_new") not in page.text


def test_a_day_without_sessions_says_so(at_desk: Browser) -> None:
    assert "No sessions today" in at_desk.get(TODAY).text


def test_the_accountant_and_the_auditor_have_no_day(
    as_accountant: Browser, as_auditor: Browser
) -> None:
    assert as_accountant.get(TODAY).status_code == 403
    assert as_auditor.get(TODAY).status_code == 403
