from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Membership
from billing.selectors import receivables
from billing.selectors.aging import BUCKETS, Basis, bucket_of
from billing.selectors.receivables import Receivables
from clients.models import Client
from ledger.money import ZERO, Money
from tests import counting
from tests.billing import desk as at
from tests.billing.issuing import issue_one

ISSUED = date(2026, 1, 6)
DUE = ISSUED + timedelta(days=14)


def amounts(report: Receivables) -> dict[str, Money]:
    return {bucket.label: bucket.amount for bucket in report.buckets if bucket.amount}


@pytest.mark.parametrize(
    ("days_late", "bucket"),
    [
        (-14, "Not yet due"),
        (0, "Not yet due"),
        (1, "1 to 30 days"),
        (30, "1 to 30 days"),
        (31, "31 to 60"),
        (60, "31 to 60"),
        (61, "61 to 90"),
        (90, "61 to 90"),
        (91, "91 to 120"),
        (120, "91 to 120"),
        (121, "Over 120"),
        (9_999, "Over 120"),
    ],
)
def test_days_past_the_due_date_choose_the_bucket(days_late: int, bucket: str) -> None:
    assert BUCKETS[bucket_of(days_late)][0] == bucket


@pytest.mark.parametrize(
    ("as_of", "bucket"),
    [
        (DUE, "Not yet due"),
        (DUE + timedelta(days=1), "1 to 30 days"),
        (DUE + timedelta(days=121), "Over 120"),
    ],
)
def test_an_invoice_ages_from_its_due_date(
    desk: Membership, amara: Client, as_of: date, bucket: str
) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)

    report = receivables.on(as_of=as_of)

    assert amounts(report) == {bucket: Money(150_00)}
    assert report.ties_out


def test_an_invoice_does_not_exist_before_it_is_issued(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)

    assert receivables.on(as_of=ISSUED - timedelta(days=1)).rows == []


def test_a_payment_counts_from_its_day_on(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)
    at.cash(amara, desk, "100.00", on=date(2026, 2, 10))

    assert receivables.on(as_of=date(2026, 2, 9)).owes == Money(150_00)
    assert receivables.on(as_of=date(2026, 2, 10)).owes == Money(50_00)


def test_an_invoice_ages_from_the_first_statement_that_tells_of_it(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)
    at.invoice(at.client(desk, "Whitfield"), desk, dollars="80.00", issued_on=ISSUED)
    at.statement(amara, desk)
    at.statement(amara, desk)
    held, later = at.session(amara, desk, dollars="20.00", on=ISSUED), at.NOW + timedelta(hours=1)
    issue_one(sessions=[held], issued_on=ISSUED, now=later, by=desk)
    told = at.TODAY + timedelta(days=31)

    report = receivables.on(as_of=told, basis=Basis.STATEMENT)

    assert amounts(report) == {"31 to 60": Money(150_00), "Not yet due": Money(100_00)}
    assert report.ties_out
    before = receivables.on(as_of=at.TODAY - timedelta(days=1), basis=Basis.STATEMENT)
    assert amounts(before) == {"Not yet due": Money(250_00)}


def test_credit_stands_in_its_own_column(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)
    other = at.client(desk, "Whitfield")
    at.cash(other, desk, "40.00", keep_rest=True)

    report = receivables.on(as_of=at.TODAY)

    assert [(row.code, row.owes, row.credit, row.net) for row in report.rows] == [
        ("C-0001", Money(150_00), ZERO, Money(150_00)),
        ("C-0002", ZERO, Money(-40_00), Money(-40_00)),
    ]
    assert (report.owes, report.credit, report.net) == (
        Money(150_00),
        Money(-40_00),
        Money(110_00),
    )
    assert report.ties_out


def test_a_report_as_known_before_anything_was_posted_is_empty(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk, issued_on=ISSUED)

    report = receivables.on(as_of=at.TODAY, known_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert (report.rows, report.control) == ([], ZERO)


def test_the_number_of_queries_does_not_grow_with_the_clients(
    desk: Membership, amara: Client
) -> None:
    at.cash(amara, desk, "10.00", keep_rest=True)
    at.invoice(amara, desk, issued_on=ISSUED)
    with counting.queries() as few:
        receivables.on(as_of=at.TODAY)
    for name in ("Whitfield", "Haddad", "Nair"):
        client = at.client(desk, name)
        at.invoice(client, desk, issued_on=ISSUED)
        at.cash(client, desk, "200.00", keep_rest=True)
    with counting.queries() as more:
        receivables.on(as_of=at.TODAY)

    assert len(more) == len(few) == 6
