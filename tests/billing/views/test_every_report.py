"""Every report there is: its page, its files, and that it ties out."""

import csv
import io
import json
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from billing.models import ReportRun
from billing.reports.registry import REPORTS
from billing.selectors.tables import Asked, ColumnKind, total
from billing.services import report_files
from ledger.chart import Role
from ledger.money import Money
from ledger.services import journal
from ledger.services.journal import Line
from tests import counting
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.houses import House

R = Role
FIVE = Money(500)
EVERY_REPORT = pytest.mark.parametrize("slug", sorted(REPORTS))
MARCH = {"since": "2026-03-01", "as_of": "2026-03-31"}


@pytest.fixture
def paid(billed: Billed) -> Billed:
    """The first client has paid 200.00 of the 150.00 that they owed, and sessions ahead.

    The other has got a discount; what was paid was taken to the bank.
    """
    by = billed.house.people["front-desk"]
    own, other = billed.own.pk, billed.other.pk
    with practice_scope(billed.house.id):
        at.cash(billed.own, by, "200.00", apply_to=billed.own_invoice, keep_rest=True)
        owed = Line(R.CLIENT_RECEIVABLE, credit=FIVE, party=other, item=billed.other_invoice.pk)
        post("discount:1", [Line(R.SLIDING_SCALE_DISCOUNTS, debit=FIVE), owed], by)
        package = Line(R.PREPAID_SESSIONS, credit=FIVE, party=own, item=UUID(int=1))
        post("package:1", [Line(R.STRIPE_CLEARING, debit=FIVE), package], by)
        drawer = Line(R.UNDEPOSITED_FUNDS, credit=FIVE)
        post("deposit:1", [Line(R.OPERATING_BANK, debit=FIVE), drawer], by)
    return billed


def post(source: str, lines: list[Line], by: Membership) -> None:
    journal.post(source=source, entry_date=at.TODAY, memo="Event", lines=lines, by=by)


def file_of(browser: Browser, slug: str, form: str, **asked: str) -> bytes:
    answer = browser.post(
        reverse("billing:report_file", args=[slug]), {"format": form, **MARCH, **asked}
    )
    assert answer.status_code == 200
    return bytes(answer.content)


@EVERY_REPORT
def test_the_page_ties_out(as_accountant: Browser, paid: Billed, slug: str) -> None:
    page = as_accountant.get(reverse("billing:report", args=[slug]), MARCH)

    assert page.status_code == 200
    assert "Does not tie out" not in page.text
    assert "Ties out." in page.text
    assert "Amara" not in page.text


@EVERY_REPORT
def test_an_empty_practice_has_every_report(
    as_accountant: Browser, billed: Billed, slug: str
) -> None:
    asked = {"since": "2020-01-01", "as_of": "2020-01-31"}
    page = as_accountant.get(reverse("billing:report", args=[slug]), asked)

    assert page.status_code == 200
    assert REPORTS[slug].empty[0] in page.text


@EVERY_REPORT
@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31"])
def test_strange_days_still_give_a_report(
    as_accountant: Browser, billed: Billed, slug: str, day: str
) -> None:
    asked = {"since": day, "as_of": day, "known_at": day, "account": "NOTHING"}

    page = as_accountant.get(reverse("billing:report", args=[slug]), asked)

    assert page.status_code == 200


@EVERY_REPORT
def test_the_csv_has_every_row_and_leads_to_its_event(
    as_accountant: Browser, paid: Billed, slug: str
) -> None:
    rows = list(csv.reader(io.StringIO(file_of(as_accountant, slug, "csv").decode("utf-8-sig"))))

    with practice_scope(paid.house.id):
        table = REPORTS[slug].table(Asked(date(2026, 3, 31), since=date(2026, 3, 1)))
        event = Event.objects.filter(action="ledger.report.exported").get()
        assert len(rows) == 1 + len(table.rows) + len(table.totals)
    assert {row[-1] for row in rows[1:]} == {event.facts["export"]}
    assert rows[0] == [*(column.label for column in table.columns), "Export"]


@EVERY_REPORT
def test_the_json_carries_the_hash_of_its_report(
    as_accountant: Browser, paid: Billed, slug: str
) -> None:
    first, again = (json.loads(file_of(as_accountant, slug, "json")) for _ in range(2))

    report = json.dumps(
        first["report"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    assert first["sha256"] == report_files.digest(report)
    assert (first["report"], first["sha256"]) == (again["report"], again["sha256"])
    assert first["export"] != again["export"]
    assert all(tie["ok"] for tie in first["report"]["ties"])


@EVERY_REPORT
def test_who_stands_in_a_file_is_on_the_log(
    as_accountant: Browser, paid: Billed, slug: str
) -> None:
    file_of(as_accountant, slug, "csv")

    with practice_scope(paid.house.id):
        table = REPORTS[slug].table(Asked(date(2026, 3, 31), since=date(2026, 3, 1)))
        event = Event.objects.filter(action="ledger.report.exported").get()
        touched = Touch.objects.filter(seq=event.seq).values_list("client_id", flat=True)
        assert set(touched) == {row.client for row in table.rows if row.client}


@EVERY_REPORT
def test_every_cell_is_of_its_columns_kind(paid: Billed, slug: str) -> None:
    kinds = {
        ColumnKind.TEXT: str,
        ColumnKind.CLIENT: str,
        ColumnKind.DATE: date,
        ColumnKind.MONEY: Money,
        ColumnKind.COUNT: int,
        ColumnKind.PERCENT: int,
    }
    with practice_scope(paid.house.id):
        table = REPORTS[slug].table(Asked(date(2026, 3, 31), since=date(2026, 3, 1)))
        lines = [row for row in table.rows if row.level == "LINE"]
        assert lines
        for row in lines:
            for cell, column in zip(row.cells, table.columns, strict=True):
                assert cell is None or isinstance(cell, kinds[column.kind]), column


@EVERY_REPORT
@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF-")])
def test_a_report_is_a_workbook_and_a_document(
    as_accountant: Browser, paid: Billed, slug: str, form: str, begins: bytes
) -> None:
    assert file_of(as_accountant, slug, form).startswith(begins)


def test_the_name_of_a_file_tells_of_nobody(as_accountant: Browser, paid: Billed) -> None:
    answer = as_accountant.post("/reports/aging/file/", {"format": "csv"})

    assert re.fullmatch(
        r'attachment; filename="export-[0-9a-f-]{36}\.csv"', answer["Content-Disposition"]
    )


def test_a_pdf_that_would_be_too_long_is_refused_in_words(
    as_accountant: Browser, paid: Billed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "LONGEST_PDF", 0)

    answer = as_accountant.post("/reports/aging/file/", {"format": "pdf", **MARCH}, follow=True)

    assert "take it as CSV or XLSX" in answer.text


@EVERY_REPORT
def test_more_rows_need_no_more_queries(paid: Billed, slug: str) -> None:
    def queries(*names: str) -> int:
        by = paid.house.people["front-desk"]
        with practice_scope(paid.house.id):
            for client in [at.client(by, name) for name in names]:
                at.cash(client, by, "10.00", apply_to=at.invoice(client, by))
                at.cash(client, by, "500.00", keep_rest=True)
            with counting.queries() as counted:
                table = REPORTS[slug].table(Asked(date(2026, 3, 31), since=date(2026, 3, 1)))
                assert len(list(table.rows))
        return len(counted)

    few = queries("Haddad")

    assert queries("Nair", "Srisuk", "Tesfaye") == few <= 30


def test_what_the_card_company_is_owed_says_so(as_accountant: Browser, paid: Billed) -> None:
    with practice_scope(paid.house.id):
        fee = [Line(R.CARD_FEES, debit=FIVE), Line(R.STRIPE_CLEARING, credit=FIVE)]
        for number in (1, 2):
            post(f"fee:{number}", fee, paid.house.people["front-desk"])

    page = as_accountant.get("/reports/balance-sheet/", MARCH)

    assert "Stripe clearing, owed to the card company" in page.text


def test_an_unknown_report_is_not_there(as_accountant: Browser) -> None:
    assert as_accountant.get("/reports/nothing/").status_code == 404
    assert as_accountant.post("/reports/nothing/file/", {"format": "csv"}).status_code == 404


def test_every_figure_leads_to_its_entries(as_accountant: Browser, paid: Billed) -> None:
    balance = as_accountant.get("/reports/trial-balance/", {"as_of": "2026-03-31"}).text
    ledger = as_accountant.get(link(balance, "general-ledger/?account=CLIENT_RECEIVABLE")).text
    entry = as_accountant.get(link(ledger, "entries/")).text

    assert "From Mar 3, 2026 to Mar 31, 2026" in ledger
    assert "field--error" not in ledger
    assert "The closing balance equals account 1100 Client receivable: 145.00 = 145.00" in ledger
    assert "Invoice INV-2026-0001 issued" in entry
    assert "Session fees" in entry


def test_the_general_ledger_goes_on_where_its_last_page_ended(
    as_accountant: Browser, billed: Billed
) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        for _ in range(52):
            at.cash(billed.own, by, "1.00", keep_rest=True)
    asked = MARCH | {"account": "UNDEPOSITED_FUNDS"}

    second = as_accountant.get("/reports/general-ledger/", asked | {"page": "2"})

    assert "51 to 53 of 53 rows" in second.text
    assert "Opening balance" not in second.text
    assert "50.00" in second.text
    assert "account 1010 Undeposited funds: 52.00 = 52.00" in second.text


def test_every_account_goes_from_its_opening_to_its_closing_balance(
    as_accountant: Browser, paid: Billed
) -> None:
    by = paid.house.people["front-desk"]
    with practice_scope(paid.house.id):
        at.cash(paid.own, by, "20.00", keep_rest=True)
        sections: dict[str, list[Any]] = {}
        for row in REPORTS["general-ledger"].table(Asked(date(2026, 3, 31), date(2026, 3, 4))).rows:
            if row.level == "TITLE":
                name = row.cells[0]
            sections.setdefault(name, []).append(row)

    assert "1100 Client receivable" in sections
    for rows in sections.values():
        _, opening, *lines, closing = [row.cells for row in rows]
        assert (opening[0], closing[0]) == ("Opening balance", "Closing balance")
        assert [row.level for row in rows[2:-1]] == ["LINE"] * len(lines)
        balances = [cells[5] for cells in (opening, *lines)]
        assert balances[-1] == closing[5]
        moved = total(cells[3] for cells in lines if cells[3]) - total(
            cells[4] for cells in lines if cells[4]
        )
        assert abs(closing[5] - opening[5]) == abs(moved)


def test_an_account_that_did_not_move_still_has_its_balance(
    as_accountant: Browser, paid: Billed
) -> None:
    asked = {"account": "CLIENT_RECEIVABLE", "since": "2026-04-01", "as_of": "2026-04-30"}

    page = as_accountant.get("/reports/general-ledger/", asked)

    assert page.text.index("Opening balance") < page.text.index("Closing balance")
    assert "145.00 = 145.00" in page.text


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (1, 4), (3, 7), (5, 50), (40, 50)])
def test_a_page_of_the_general_ledger_is_a_slice_of_the_whole(
    paid: Billed, start: int, stop: int
) -> None:
    with practice_scope(paid.house.id):
        rows = REPORTS["general-ledger"].table(Asked(date(2026, 3, 31), date(2026, 3, 1))).rows

        assert rows[start:stop] == list(rows)[start:stop]
        assert len(list(rows)) == len(rows)


def link(page: str, part: str) -> str:
    start = page.index(f"/reports/{part}")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def test_a_run_is_kept_and_proved_identical(as_auditor: Browser, paid: Billed) -> None:
    kept = as_auditor.post("/reports/aging/keep/", MARCH, follow=True)

    assert "Identical." in kept.text
    assert "C-0001" in kept.text
    assert "Receivables by age" in as_auditor.get("/reports/runs/").text


def test_a_run_as_known_at_a_moment_to_come_is_refused_in_words(
    as_accountant: Browser, paid: Billed
) -> None:
    sent = MARCH | {"known_at": "2099-01-01T00:00"}

    kept = as_accountant.post("/reports/aging/keep/", sent, follow=True)

    assert "Nothing was kept" in kept.text
    assert "This moment is not here yet" in kept.text
    with practice_scope(paid.house.id):
        assert not ReportRun.objects.exists()


def test_two_who_keep_runs_of_one_practice_do_not_see_the_other_s(
    as_accountant: Browser, other_practice: House, paid: Billed
) -> None:
    with practice_scope(other_practice.id):
        at.open_books(other_practice.people["accountant"])
        run = at.kept_run(other_practice.people["accountant"])

    assert as_accountant.get(f"/reports/runs/{run.pk}/").status_code == 404
