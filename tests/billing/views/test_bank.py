"""Bank lines and what comes again, as the accountant meets them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from billing.models import BankFile, BankLine, Bill, BillFile, BillPayment, RecurringBill
from ledger.chart import Role
from ledger.money import MINUS, Money
from tests.billing import desk as at
from tests.billing import spending
from tests.billing.conftest import Billed

OFX = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT
<DTPOSTED>20260211<TRNAMT>-45.10<FITID>1<NAME>PAPER AND INK</STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>9174.20<DTASOF>20260212</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
COLUMNS = {"day": "0", "words": "1", "amount": "2"}


def account_id(billed: Billed, role: Role = Role.OPERATING_BANK) -> str:
    with practice_scope(billed.house.id):
        return str(spending.account(role).id)


def chosen(browser: Browser, billed: Billed, content: bytes) -> Any:
    file = SimpleUploadedFile("Gray Marsh.csv", content)
    return browser.post("/bank/files/", {"account": account_id(billed), "file": file})


def the_file(billed: Billed) -> BankFile:
    with practice_scope(billed.house.id):
        return BankFile.objects.get()


def test_a_csv_file_is_looked_through_and_taken_in(as_accountant: Browser, billed: Billed) -> None:
    assert "No bank lines yet" in as_accountant.get("/bank/").text
    answer = chosen(as_accountant, billed, spending.BANK_CSV)
    page = as_accountant.get(answer["Location"])
    assert "ELM STREET REALTY" in page.text
    assert "Gray Marsh" not in page.text

    looked = as_accountant.post(answer["Location"], {**COLUMNS, "look": "1"})
    assert "2 new lines" in looked.text
    assert f'<td class="num">{MINUS}500.00</td>' in looked.text
    with practice_scope(billed.house.id):
        assert not BankLine.objects.exists()
    closing = {"closing_on": "2026-02-28", "closing_balance": "-419.50"}
    as_accountant.post(answer["Location"], {**COLUMNS, **closing, "take_in": "1"})

    page = as_accountant.get("/bank/")
    for words in (
        "2 lines not matched yet",
        "PAYER",
        "Bank and books differ",
        "Record expense",
    ):
        assert words in page.text
    assert "The file is taken in" in as_accountant.get(answer["Location"]).text


def test_an_ofx_file_shows_its_lines_before_they_come_in(
    as_accountant: Browser, billed: Billed
) -> None:
    page = as_accountant.get(chosen(as_accountant, billed, OFX)["Location"])

    for words in ("1 new line", "PAPER AND INK", f"{MINUS}45.10", "$9,174.20", "Add 1 line"):
        assert words in page.text
    with practice_scope(billed.house.id):
        assert not BankLine.objects.exists()


def test_a_file_is_taken_in_once_and_a_second_click_is_told(
    as_accountant: Browser, billed: Billed
) -> None:
    url = chosen(as_accountant, billed, spending.BANK_CSV)["Location"]
    as_accountant.post(url, {**COLUMNS, "take_in": "1"})

    answer = as_accountant.post(url, {**COLUMNS, "take_in": "1"}, follow=True)

    assert "taken in or thrown away already" in answer.text


def test_rows_that_cannot_be_read_are_listed_and_nothing_comes_in(
    as_accountant: Browser, billed: Billed
) -> None:
    url = chosen(as_accountant, billed, spending.BANK_CSV + b"2026-02-31,Oops,x\n")["Location"]

    for act in ("look", "take_in"):
        answer = as_accountant.post(url, {**COLUMNS, act: "1"})
        assert "Rows of the file cannot be read" in answer.text
        assert "This day is not in the calendar." in answer.text
    with practice_scope(billed.house.id):
        assert not BankLine.objects.exists()
    as_accountant.post(reverse("billing:bank_file_discard", args=[the_file(billed).pk]))
    assert the_file(billed).content is None


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"<OFX>", b"\0\0\0", b"Date,Description,Amount\n"]
)
def test_what_is_no_bank_file_is_refused_in_words(
    as_accountant: Browser, billed: Billed, content: bytes
) -> None:
    answer = chosen(as_accountant, billed, content)

    assert answer.status_code == 422
    assert 'class="field field--error"' in answer.text


def test_a_line_is_matched_with_one_click_and_undone(
    as_accountant: Browser, billed: Billed
) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        paid = spending.paid(spending.bill(spending.vendor(by), by), by, "500.00")
        _, line = spending.bank_lines(by)
    entry = reverse("billing:journal_entry", args=[paid.entry_id])
    page = as_accountant.get("/bank/").text
    assert "Payment BP-00001 of bill B-00001" in page
    assert f'href="{entry}"' in page
    posting = page.split('name="posting" value="')[1].split('"')[0]

    as_accountant.post(reverse("billing:bank_line_match", args=[line.pk]), {"posting": posting})
    assert "ELM STREET REALTY" not in as_accountant.get("/bank/").text
    assert "ELM STREET REALTY" in as_accountant.get("/bank/matched/").text

    as_accountant.post(reverse("billing:bank_line_undo", args=[line.pk]))
    assert "ELM STREET REALTY" in as_accountant.get("/bank/").text
    assert "Nothing is matched yet" in as_accountant.get("/bank/matched/").text


def test_an_expense_is_made_of_a_line_and_matched(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        _, line = spending.bank_lines(by)
    url = reverse("billing:bank_line_spend", args=[line.pk])
    assert 'value="500.00"' in as_accountant.get(url).text
    typed = {
        "key": str(uuid4()),
        "vendor": "Elm Street Realty",
        "is_new": "on",
        "paid_on": "2026-02-11",
        "paid_from": account_id(billed),
        "category_1": account_id(billed, Role.RENT),
    }

    less = as_accountant.post(url, {**typed, "amount_1": "499.00"})
    assert "The lines must add up to $500.00." in less.text
    as_accountant.post(url, {**typed, "amount_1": "500.00"})

    with practice_scope(billed.house.id):
        assert BillPayment.objects.get().amount == Money(500_00)
    assert "Elm Street Realty" not in as_accountant.get("/bank/").text
    assert "Payment BP-00001" in as_accountant.get("/bank/matched/").text


def spend(browser: Browser, billed: Billed, line: BankLine, dollars: str) -> Any:
    """Open the form of a line's expense anew, and send it."""
    url = reverse("billing:bank_line_spend", args=[line.pk])
    key = browser.get(url).text.split('name="key" value="')[1].split('"')[0]
    typed = {
        "key": key,
        "vendor": "Elm Street Realty",
        "is_new": "on",
        "paid_on": "2026-02-11",
        "paid_from": account_id(billed),
        "category_1": account_id(billed, Role.RENT),
        "amount_1": dollars,
    }
    return browser.post(url, typed, follow=True)


def test_an_expense_of_a_line_is_entered_once_however_often_its_form_is_opened(
    as_accountant: Browser, billed: Billed
) -> None:
    """Above one's limit nothing is matched yet, so the line stays in the list."""
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        spending.taken_in(by, b"Date,Words,Amount\n2026-02-11,ROOF,-6000.00\n")
        line = BankLine.objects.get()

    for _ in range(2):
        assert "A second person was asked" in spend(as_accountant, billed, line, "6000.00").text

    with practice_scope(billed.house.id):
        assert Bill.objects.count() == 1


def test_a_line_that_is_matched_is_not_spent_again(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        _, line = spending.bank_lines(by)

    spend(as_accountant, billed, line, "500.00")
    assert "This line is matched already." in spend(as_accountant, billed, line, "500.00").text

    with practice_scope(billed.house.id):
        payment = BillPayment.objects.get()
    as_accountant.post(reverse("billing:bank_line_undo", args=[line.pk]))
    back = {"reason": "TWICE", "taken_back_on": timezone.localdate(timezone=at.ZONE).isoformat()}
    as_accountant.post(reverse("billing:bill_payment_take_back", args=[payment.pk]), back)
    assert "no such amount" in spend(as_accountant, billed, line, "500.00").text
    as_accountant.post(reverse("billing:bill_take_back", args=[payment.bill_id]), back)
    spend(as_accountant, billed, line, "500.00")
    assert "Payment BP-00002" in as_accountant.get("/bank/matched/").text


def test_what_comes_again_is_previewed_and_set_up(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        spending.vendor(by, "Elm Realty")
    today = timezone.localdate(timezone=at.ZONE)
    typed = {
        "key": str(uuid4()),
        "vendor": "elm realty",
        "category": account_id(billed, Role.RENT),
        "amount": "500.00",
        "every_months": "1",
        "day": "31",
        "starts_on": today.isoformat(),
        "due_days": "5",
    }
    assert "Nothing comes by itself yet" in as_accountant.get("/bills/recurring/").text
    url = "/bills/recurring/new/"
    past = as_accountant.post(url, {**typed, "starts_on": "2020-01-01"})
    assert "Enter older bills by hand." in past.text

    looked = as_accountant.post(url, {**typed, "look": "1"})
    first = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert f"{first:%b} {first.day}, {first.year}" in looked.text
    for _ in range(2):
        as_accountant.post(url, {**typed, "set_up": "1"})

    page = as_accountant.get("/bills/recurring/").text
    assert "Every month, last day" in page
    with practice_scope(billed.house.id):
        row = RecurringBill.objects.get()
    for route, words in (
        ("recurring_pause", "Rests"),
        ("recurring_go_on", "Active"),
        ("recurring_end", "Ended"),
    ):
        as_accountant.post(reverse(f"billing:{route}", args=[row.pk]))
        assert words in as_accountant.get("/bills/recurring/").text


def test_a_paper_is_kept_and_handed_out(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        bill = spending.bill(spending.vendor(by), by)
    url = reverse("billing:bill_paper_new", args=[bill.pk])
    assert as_accountant.get(url).status_code == 200

    wrong = as_accountant.post(url, {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert "Choose a PDF, or a picture in PNG or JPEG." in wrong.text
    as_accountant.post(url, {"file": SimpleUploadedFile("Gray Marsh.pdf", spending.A_PDF)})

    with practice_scope(billed.house.id):
        paper = BillFile.objects.get()
    page = as_accountant.get(reverse("billing:bill", args=[bill.pk])).text
    assert "PDF 1" in page
    assert "Gray Marsh" not in page
    answer = as_accountant.get(reverse("billing:bill_paper", args=[paper.pk]))
    assert answer.content == spending.A_PDF
    assert answer["Content-Disposition"] == 'attachment; filename="B-00001-1.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
