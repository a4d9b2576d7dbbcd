import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import practice_scope
from ledger.money import MINUS
from tests.billing import desk as at
from tests.billing.conftest import Billed

TRIAL_BALANCE = "/reports/trial-balance/"
AGING = "/reports/aging/"


def test_the_trial_balance_has_equal_sides_and_agreeing_controls(as_accountant: Browser) -> None:
    page = as_accountant.get(TRIAL_BALANCE, {"as_of": "2026-03-03"})

    assert page.status_code == 200
    assert page.text.count("300.00") >= 4
    for words in ("1100", "Client receivable", "4000", "Client receivable equals its open items"):
        assert words in page.text


def test_a_report_of_an_earlier_day_knows_less(as_accountant: Browser) -> None:
    before = as_accountant.get(AGING, {"as_of": "2026-03-02"})
    after = as_accountant.get(AGING, {"as_of": "2026-03-03"})

    assert "Nobody owes anything on this date" in before.text
    assert "300.00" in after.text
    assert "Ties out." in after.text


def test_aging_shows_codes_and_no_names(as_accountant: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "200.00", keep_rest=True)

    page = as_accountant.get(AGING)

    assert "C-0001" in page.text
    assert f"{MINUS}50.00" in page.text
    assert "Amara" not in page.text
    assert "Ties out." in page.text


def test_the_auditor_reads_the_books_and_opens_no_client(
    as_auditor: Browser, billed: Billed
) -> None:
    page = as_auditor.get(AGING)

    assert "C-0001" in page.text
    assert reverse("billing:client", args=[billed.own.pk]) not in page.text


@pytest.mark.parametrize("path", [TRIAL_BALANCE, AGING])
@pytest.mark.parametrize("as_of", ["nonsense", "", "0001-01-01", "9999-12-31"])
def test_a_strange_date_still_gives_a_report(as_accountant: Browser, path: str, as_of: str) -> None:
    assert as_accountant.get(path, {"as_of": as_of}).status_code == 200


@pytest.mark.parametrize("path", [TRIAL_BALANCE, AGING])
def test_the_desk_and_the_therapist_have_no_reports(
    at_desk: Browser, as_therapist: Browser, path: str
) -> None:
    assert at_desk.get(path).status_code == 403
    assert as_therapist.get(path).status_code == 403


@pytest.mark.parametrize("moment", ["9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_moment_that_no_books_know_is_refused_in_words(
    as_accountant: Browser, moment: str
) -> None:
    asked = {"known_at": moment, "as_of": "2026-03-03"}

    page = as_accountant.get(TRIAL_BALANCE, asked)
    file = as_accountant.post(f"{TRIAL_BALANCE}file/", {**asked, "format": "json"})

    assert page.status_code == file.status_code == 200
    assert "Choose a" in page.text
