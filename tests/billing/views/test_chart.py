"""The chart of accounts as a practice numbers and names it."""

import csv
import io

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import practice_scope
from audit.models import Event
from ledger.chart import CHART, Role
from ledger.models import Account
from tests.billing.conftest import Billed

CHART_PAGE = "/chart/"


@pytest.fixture
def bank(billed: Billed) -> Account:
    with practice_scope(billed.house.id):
        return Account.objects.get(role=Role.OPERATING_BANK)


def test_the_chart_shows_every_account(as_accountant: Browser) -> None:
    page = as_accountant.get(CHART_PAGE).text

    assert all(account.code in page for account in CHART)
    assert "Rename" in page


def test_the_auditor_reads_the_chart_and_changes_nothing(as_auditor: Browser) -> None:
    assert "Rename" not in as_auditor.get(CHART_PAGE).text


def test_an_account_gets_another_number_and_name(
    as_accountant: Browser, bank: Account, billed: Billed
) -> None:
    page = as_accountant.post(
        reverse("billing:chart_account", args=[bank.pk]),
        {"code": "1001", "name": "Harbor checking"},
        follow=True,
    ).text

    assert "Account 1001 is saved." in page
    assert "Harbor checking" in page
    with practice_scope(billed.house.id):
        told = Event.objects.filter(action="ledger.account.renamed").get()
        assert (told.label, told.facts["former_name"]) == ("1000", "Operating bank")
        assert (told.facts["code"], told.facts["name"]) == ("1001", "Harbor checking")


def test_saving_what_stands_there_tells_nothing(
    as_accountant: Browser, bank: Account, billed: Billed
) -> None:
    as_accountant.post(
        reverse("billing:chart_account", args=[bank.pk]), {"code": bank.code, "name": bank.name}
    )

    with practice_scope(billed.house.id):
        assert not Event.objects.filter(action="ledger.account.renamed").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "1010", "name": "Bank"}, "Another account has the number 1010."),
        ({"code": "", "name": "Bank"}, "Enter a number."),
        ({"code": "=1+1", "name": "Bank"}, "Use letters, digits, dots and hyphens"),
        ({"code": "1000", "name": " "}, "Enter a name."),
        ({"code": "1000", "name": "x" * 81}, "at most 80 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    as_accountant: Browser, bank: Account, typed: dict[str, str], words: str
) -> None:
    answer = as_accountant.post(reverse("billing:chart_account", args=[bank.pk]), typed)

    assert answer.status_code == 422
    assert words in answer.text


def test_the_file_holds_the_chart_and_no_formula(
    as_accountant: Browser, bank: Account, billed: Billed
) -> None:
    as_accountant.post(
        reverse("billing:chart_account", args=[bank.pk]), {"code": "1000", "name": "=HYPERLINK()"}
    )

    answer = as_accountant.post(f"{CHART_PAGE}file/")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == len(CHART) + 1
    assert rows[1][:2] == ["1000", "'=HYPERLINK()"]
    with practice_scope(billed.house.id):
        assert Event.objects.filter(action="ledger.chart.exported").count() == 1
