"""The accountant closes a month, reopens it with a second person, and shows what was frozen."""

import hashlib
import re
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval, Membership
from accounts.selectors import members
from accounts.services import approvals
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import ServiceCode
from billing.selectors import closing
from billing.selectors.closing_lists import Asked
from billing.services import sessions as services
from ledger.models import PeriodSnapshot
from ledger.money import Money
from ledger.selectors import periods
from ledger.services import journal
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn
from tests.ledger.events import rent

MARCH = date(2026, 3, 1)
PAGE = "/months/2026-03/"


def counts(page: str) -> dict[str, int]:
    """Return what a checklist says is left, by the slug of the check."""
    found = re.findall(r'steps/([a-z-]+)/".*?<td class="num">\s*(\d+)', page, re.DOTALL)
    return {slug: int(count) for slug, count in found}


def test_the_months_are_listed_from_the_first_entry_on(as_accountant: Browser) -> None:
    page = as_accountant.get("/months/").text

    assert "March 2026" in page
    assert "February 2026" not in page
    assert page.count("Soft close") >= 1


def test_before_anything_is_posted_there_is_nothing_to_close(
    accountant: Membership, signed_in: SignIn
) -> None:
    assert "Nothing to close yet" in signed_in(accountant).get("/months/").text


@pytest.mark.parametrize("slug", ["0001-01", "1500-01", "2026-02", "9999-12"])
def test_there_is_no_month_before_the_books_and_none_to_come(
    as_accountant: Browser, slug: str
) -> None:
    for path in ("", "steps/sessions/", "close/", "soft-close/", "reopening/"):
        page = f"/months/{slug}/{path}"
        assert as_accountant.get(page).status_code == 404, page
    for path in ("close/", "soft-close/", "reopening/"):
        page = f"/months/{slug}/{path}"
        assert as_accountant.post(page).status_code == 404, page


def test_each_check_counts_what_its_list_shows(as_accountant: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        at.cash(billed.own, by, "500.00", keep_rest=True)
        at.session(billed.own, by, on=date(2026, 3, 2))
        at.session(billed.own, by, on=date(2026, 3, 3))

    left = counts(as_accountant.get(PAGE).text)

    assert (left["sessions"], left["credit"]) == (2, 1)
    for slug, count in left.items():
        page = as_accountant.get(f"{PAGE}steps/{slug}/").text
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == count, slug


def test_the_lists_of_a_close_show_codes_and_no_names(
    as_accountant: Browser, billed: Billed
) -> None:
    with practice_scope(billed.house.id):
        at.session(billed.own, billed.house.people["front-desk"], on=date(2026, 3, 2))

    page = as_accountant.get(f"{PAGE}steps/sessions/").text

    assert "C-0001" in page
    assert "Amara" not in page


def test_a_session_on_the_last_evening_belongs_to_its_month(billed: Billed) -> None:
    """In New York it is March 31, in UTC April 1."""
    evening = datetime(2026, 3, 31, 23, 30, tzinfo=at.ZONE)
    with practice_scope(billed.house.id):
        services.record(
            client=billed.own,
            therapist=members.therapists().get(),
            service_code=ServiceCode.objects.get(code="90834"),
            started_at=evening,
            minutes=45,
            fee=Money(150_00),
            now=evening + timedelta(hours=1),
            by=billed.house.people["front-desk"],
        )
        by_month = [
            closing.step("sessions", Asked(first, date(2026, 5, 1), at.ZONE))
            for first in (MARCH, date(2026, 4, 1))
        ]

    assert [step.count if step else None for step in by_month] == [1, 0]


def test_closing_asks_once_more_and_freezes_the_month(
    as_accountant: Browser, billed: Billed
) -> None:
    asked = as_accountant.get(f"{PAGE}close/").text
    page = as_accountant.post(f"{PAGE}close/", follow=True).text

    assert "the database refuses it" in asked
    assert "March 2026 is closed." in page
    with practice_scope(billed.house.id):
        snapshot = PeriodSnapshot.objects.get()
        assert periods.is_closed(MARCH)
    assert snapshot.sha256[:12] in page

    frozen = as_accountant.get(f"{PAGE}closes/{snapshot.close_id}/").text
    file = as_accountant.post(f"{PAGE}closes/{snapshot.close_id}/file/")
    assert "Identical." in frozen
    assert snapshot.sha256 in frozen
    for total in ("Total income", "Net income", "Total assets", "Liabilities and equity"):
        assert total in frozen
    assert hashlib.sha256(file.content).hexdigest() == snapshot.sha256
    with practice_scope(billed.house.id):
        told = Event.objects.get(action="ledger.report.exported")
        assert told.facts["export"] in file["Content-Disposition"]


def test_after_a_soft_close_the_desk_is_told_and_the_accountant_posts(
    as_accountant: Browser, at_desk: Browser, billed: Billed, accountant: Membership
) -> None:
    as_accountant.post(f"{PAGE}soft-close/")
    with practice_scope(billed.house.id):
        journal.post(**rent(accountant, on=date(2026, 3, 31)))
        with pytest.raises(journal.PeriodClosed, match="to all but accountants"):
            at.cash(billed.own, billed.house.people["front-desk"], "20.00", keep_rest=True)

    assert "Closed to all but accountants" in as_accountant.get("/months/").text


def test_a_month_that_is_not_over_has_no_button(as_accountant: Browser) -> None:
    this_month = f"/months/{timezone.localdate(timezone=at.ZONE):%Y-%m}/"

    assert "is not over" in as_accountant.get(f"{this_month}close/").text
    refused = as_accountant.post(f"{this_month}close/")
    assert refused.status_code == 409
    assert "is not over" in refused.text


def test_closing_twice_is_refused_in_words(as_accountant: Browser) -> None:
    as_accountant.post(f"{PAGE}close/")
    again = as_accountant.post(f"{PAGE}close/")

    assert again.status_code == 409
    assert "March 2026 is closed." in again.text


def test_a_month_is_reopened_by_two_people(
    as_accountant: Browser, billed: Billed, administrator: Membership
) -> None:
    as_accountant.post(f"{PAGE}close/")
    asked = as_accountant.post(f"{PAGE}reopening/", {"reason": "CORRECTION"}, follow=True).text
    assert "A second person is asked to agree." in asked
    assert "2026-03, correction" in asked
    with practice_scope(billed.house.id, person_id=administrator.person_id):
        assert periods.is_closed(MARCH)
        approvals.decide(
            approval=Approval.objects.get(),
            decision=approvals.Decision.APPROVED,
            by=administrator,
            now=timezone.now(),
        )

    other = as_accountant.post(f"{PAGE}reopening/", {"reason": "LATE_DOCUMENT"})
    done = as_accountant.post(f"{PAGE}reopening/", {"reason": "CORRECTION"}, follow=True).text

    assert other.status_code == 409
    assert "gives another reason" in other.text
    assert "March 2026 is reopened." in done
    assert "Reopened: A mistake must be corrected in its own month" in done
    with practice_scope(billed.house.id):
        told = Event.objects.filter(action="ledger.period.reopened").get()
        assert told.label == "2026-03"


def test_reopening_asks_for_a_fresh_second_factor(as_accountant: Browser, billed: Billed) -> None:
    as_accountant.post(f"{PAGE}close/")
    session = SessionStore(as_accountant.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] = int(timezone.now().timestamp()) - 3600
    session.save()

    answer = as_accountant.post(f"{PAGE}reopening/", {"reason": "CORRECTION"})

    assert answer.status_code == 422
    with practice_scope(billed.house.id):
        assert not Approval.objects.exists()
        assert Event.objects.filter(action="accounts.step_up.asked").exists()


def test_files_ask_for_a_fresh_second_factor(as_accountant: Browser, billed: Billed) -> None:
    as_accountant.post(f"{PAGE}close/")
    with practice_scope(billed.house.id):
        close_id = PeriodSnapshot.objects.get().close_id
    session = SessionStore(as_accountant.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] = int(timezone.now().timestamp()) - 3600
    session.save()

    files = (f"{PAGE}closes/{close_id}/file/", "/chart/file/")

    assert [as_accountant.get(path).status_code for path in files] == [405, 405]
    assert [as_accountant.post(path).status_code for path in files] == [422, 422]
    with practice_scope(billed.house.id):
        taken = ("ledger.report.exported", "ledger.chart.exported")
        assert not Event.objects.filter(action__in=taken).exists()


@pytest.mark.parametrize("month", ["2026-13", "26-01", "2026-3", "9999-12", "nonsense"])
def test_a_month_that_there_is_not_is_not_found(as_accountant: Browser, month: str) -> None:
    assert as_accountant.get(f"/months/{month}/").status_code == 404


def test_a_check_that_there_is_not_is_not_found(as_accountant: Browser) -> None:
    assert as_accountant.get(f"{PAGE}steps/nonsense/").status_code == 404


def test_what_a_step_shows_of_clients_is_on_the_log(as_accountant: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        at.session(billed.own, billed.house.people["front-desk"], on=date(2026, 3, 2))

    as_accountant.get(reverse("billing:month_step", args=["2026-03", "sessions"]))

    with practice_scope(billed.house.id):
        told = Event.objects.filter(action="ledger.report.viewed").latest("seq")
        assert told.label == "Month close: Sessions billed"
