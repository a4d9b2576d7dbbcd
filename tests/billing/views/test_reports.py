import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import practice_scope
from billing.models import BillTakenBack, PaymentApplication, TakenBackReason
from billing.services import bills
from ledger.money import MINUS
from tests.billing import desk as at
from tests.billing import spending
from tests.billing.conftest import Billed

TRIAL_BALANCE = "/reports/trial-balance/"
AGING = "/reports/aging/"
GENERAL_LEDGER = "/reports/general-ledger/"


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


@pytest.mark.parametrize(("since", "begins"), [("", "Mar 3, 2026"), ("2026-03-04", "Mar 4, 2026")])
def test_without_a_first_day_the_ledger_begins_at_the_first_entry(
    as_accountant: Browser, billed: Billed, since: str, begins: str
) -> None:
    page = as_accountant.get(GENERAL_LEDGER, {"since": since, "as_of": "2026-03-31"})

    assert f"From {begins} to Mar 31, 2026" in page.text


def test_an_entry_leads_to_what_it_comes_from(as_accountant: Browser, billed: Billed) -> None:
    by, invoice = billed.house.people["front-desk"], billed.own_invoice
    with practice_scope(billed.house.id):
        payment = at.cash(billed.own, by, "20.00", apply_to=invoice)
        applied = PaymentApplication.objects.get()
    links = {
        "invoice": reverse("billing:invoice", args=[invoice.pk]),
        "payment": reverse("billing:payment", args=[payment.pk]),
    }
    leads = {invoice.entry_id: {"invoice"}, payment.entry_id: {"payment"}}
    leads[applied.entry_id] = {"invoice", "payment"}

    for entry_id, wanted in leads.items():
        page = as_accountant.get(reverse("billing:journal_entry", args=[entry_id])).text
        assert {name for name, url in links.items() if f'href="{url}"' in page} == wanted
    assert "general-ledger/?account=CLIENT_RECEIVABLE&amp;since=2026-03-01" in page
    assert page.count('<td class="num">20.00</td>') == 4


def test_an_entry_leads_nowhere_that_its_reader_may_not_go(
    as_auditor: Browser, billed: Billed
) -> None:
    page = as_auditor.get(reverse("billing:journal_entry", args=[billed.own_invoice.entry_id]))

    assert reverse("billing:invoice", args=[billed.own_invoice.pk]) not in page.text
    assert "Comes from" not in page.text


def test_an_entry_and_its_reversal_lead_to_each_other(
    as_accountant: Browser, billed: Billed
) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        bill = spending.bill(spending.vendor(by), by)
        bills.take_back(
            bill=bill,
            reason=TakenBackReason.WRONG_AMOUNT,
            taken_back_on=bill.billed_on,
            now=at.NOW,
            by=by,
        )
        reversal = BillTakenBack.objects.get().entry_id
    one, other = (reverse("billing:journal_entry", args=[pk]) for pk in (bill.entry_id, reversal))

    first, second = as_accountant.get(one).text, as_accountant.get(other).text

    assert f'href="{other}"' in first.partition("Reversed by")[2]
    assert f'href="{one}"' in second.partition("<dt>Reverses</dt>")[2]
    for page in (first, second):
        assert f'href="{reverse("billing:bill", args=[bill.pk])}"' in page


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
