"""Statements of account: they say what the books say, and go on saying it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import AccountStatement
from billing.selectors import integrity, statements
from billing.services import documents
from billing.services import statements as services
from clients.models import Client
from clients.selectors import families
from ledger.chart import Role
from ledger.money import Money
from ledger.services import journal
from ledger.services.journal import Line
from tests.billing import desk as at
from tests.billing import raw
from tests.billing.conftest import Billed
from tests.ledger.raw import as_owner_unguarded, execute
from tests.pdf_text import text_of

JANUARY_20, FEBRUARY_1 = date(2026, 1, 20), date(2026, 2, 1)


@pytest.fixture
def busy(desk: Membership, amara: Client) -> Client:
    """150.00 billed in January and paid in February, 80.00 billed today, 20.00 paid ahead."""
    first = at.invoice(amara, desk, issued_on=JANUARY_20)
    at.cash(amara, desk, "150.00", on=date(2026, 2, 3), apply_to=first)
    at.invoice(amara, desk, dollars="80.00")
    at.cash(amara, desk, "100.00", keep_rest=True)
    return amara


def account_of(client: Client, **asked: Any) -> statements.Account:
    days = {"since": FEBRUARY_1, "until": at.TODAY} | asked
    return statements.account(families.records_of(client), **days)


def test_an_account_goes_from_its_opening_through_each_line_to_its_closing(busy: Client) -> None:
    account = account_of(busy)

    assert str(account.opening) == "150.00"
    assert [(line.on, str(line.amount), str(line.balance)) for line in account.lines] == [
        (date(2026, 2, 3), "\u2212150.00", "0.00"),
        (at.TODAY, "80.00", "80.00"),
        (at.TODAY, "\u2212100.00", "\u221220.00"),
    ]
    assert (account.charged, account.credited) == (Money(80_00), Money(250_00))
    assert (str(account.closing), str(account.in_credit)) == ("\u221220.00", "20.00")
    assert account.credit == Money(20_00)
    assert account.open_invoices == []


def test_applying_a_payment_is_no_line_of_its_own(busy: Client) -> None:
    assert [line.words for line in account_of(busy).lines] == [
        "Receipt R-00001, cash",
        "Invoice INV-2026-0002 issued",
        "Receipt R-00002, cash",
    ]


def test_what_is_open_stands_with_its_age(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=JANUARY_20)
    account = account_of(amara)

    (opened,) = account.open_invoices
    assert (opened.number, opened.left, opened.days_late) == ("INV-2026-0001", Money(150_00), 28)
    assert account.late == Money(150_00)
    assert {each.label: str(each.amount) for each in account.buckets if each.amount} == {
        "1 to 30 days": "150.00"
    }


def test_what_the_insurance_owes_and_what_was_prepaid_is_no_part_of_the_balance(
    desk: Membership, amara: Client
) -> None:
    for role, dollars in ((Role.INSURANCE_RECEIVABLE, 125), (Role.PREPAID_SESSIONS, 450)):
        amount = Money(dollars * 100)
        of = Line(role, debit=amount, party=amara.pk, item=uuid4())
        lines = [of, Line(Role.SESSION_FEES, credit=amount)]
        if role is Role.PREPAID_SESSIONS:
            lines = [
                Line(role, credit=amount, party=amara.pk, item=uuid4()),
                Line(Role.STRIPE_CLEARING, debit=amount),
            ]
        source = f"event:{uuid4()}"
        journal.post(source=source, entry_date=at.TODAY, memo="Event", lines=lines, by=desk)
    account = account_of(amara)

    assert (account.insurance, account.prepaid) == (Money(125_00), Money(450_00))
    assert (account.closing, account.lines) == (Money(0), [])


def test_a_statement_stays_as_it_was_made(desk: Membership, busy: Client) -> None:
    made = at.statement(busy, desk)
    first = documents.render(made, now=at.NOW, by=desk)
    at.cash(busy, desk, "5.00", on=date(2026, 2, 20), keep_rest=True)

    again = documents.render(AccountStatement.objects.get(), now=at.NOW, by=desk)

    assert again.pdf == first.pdf
    assert again.file_name == "statement-2026-03-03.pdf"
    assert list(integrity.findings()) == []
    assert made.closing == Money(-20_00)


def test_a_statement_that_is_first_printed_later_tells_what_was_known_when_it_was_made(
    desk: Membership, busy: Client
) -> None:
    made = at.statement(busy, desk)
    at.cash(busy, desk, "5.00", on=date(2026, 2, 20), keep_rest=True)

    told = text_of(documents.render(made, now=at.NOW, by=desk).pdf)

    assert "20.00" in told
    assert "25.00" not in told


def test_the_document_shows_the_account(desk: Membership, busy: Client) -> None:
    told = text_of(documents.render(at.statement(busy, desk), now=at.NOW, by=desk).pdf)

    for words in (
        *("Statement of account", busy.full_name, busy.code, "Balance before", "150.00"),
        *("Receipt R-00001, cash", "Invoice INV-2026-0002 issued", "Your credit", "\u221220.00"),
    ):
        assert words in told


def test_the_same_form_makes_one_statement(desk: Membership, busy: Client) -> None:
    key = uuid4()

    assert at.statement(busy, desk, key=key) == at.statement(busy, desk, key=key)
    with pytest.raises(services.KeyReused):
        services.make(
            client=busy,
            since=FEBRUARY_1,
            until=FEBRUARY_1,
            key=key,
            today=at.TODAY,
            now=at.NOW,
            by=desk,
        )
    assert AccountStatement.objects.count() == 1


def test_a_statement_ends_today_at_the_latest(desk: Membership, busy: Client) -> None:
    with pytest.raises(services.NotYet):
        services.make(
            client=busy,
            since=FEBRUARY_1,
            until=at.TODAY + timedelta(days=1),
            key=uuid4(),
            today=at.TODAY,
            now=at.NOW,
            by=desk,
        )


def test_the_next_statement_begins_where_the_last_one_ended(desk: Membership, busy: Client) -> None:
    records = families.records_of(busy)
    tomorrow = at.TODAY + timedelta(days=1)

    assert statements.usual_days(records, today=at.TODAY) == (FEBRUARY_1, at.TODAY)
    at.statement(busy, desk)
    assert statements.usual_days(records, today=tomorrow) == (tomorrow, tomorrow)


def test_what_is_entered_late_stands_on_the_next_statement(desk: Membership, busy: Client) -> None:
    """An invoice dated before a statement that was made already: else no statement tells of it."""
    told = made(busy, desk, since=FEBRUARY_1, until=date(2026, 2, 28))
    late = at.invoice(busy, desk, dollars="30.00", issued_on=date(2026, 2, 20))
    march = date(2026, 3, 1)

    account = account_of(busy, since=march)
    next_one = made(busy, desk, since=march, until=at.TODAY)

    assert account.opening == told.closing == Money(0)
    first = account.lines[0]
    assert first.words == f"Invoice {late.number} issued, entered late"
    assert (first.on, str(first.amount), str(first.balance)) == (late.issued_on, "30.00", "30.00")
    assert [str(line.balance) for line in account.lines[1:]] == ["110.00", "10.00"]
    assert account.closing == next_one.closing == Money(10_00)
    page = text_of(documents.render(next_one, now=at.NOW, by=desk).pdf)
    assert "entered late" in page
    assert list(integrity.findings()) == []
    # The one after that has told of it.
    tomorrow = at.TODAY + timedelta(days=1)
    assert account_of(busy, since=tomorrow, until=tomorrow).lines == []


def made(of: Client, by: Membership, *, since: date, until: date) -> AccountStatement:
    return services.make(
        client=of, since=since, until=until, key=uuid4(), today=at.TODAY, now=at.NOW, by=by
    )


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"closing": "closing + 1"}, "is not what the books say"),
        ({"opening": "opening - 1"}, "is not what the books say"),
        ({"known_at": "known_at + INTERVAL '1 hour'"}, "at a settled moment"),
        ({"record_count": "2"}, "names its own client"),
    ],
    ids=["closing", "opening", "a moment to come", "a record too few"],
)
def test_the_database_refuses_a_statement_that_is_not_true(
    desk: Membership, busy: Client, changed: dict[str, str], refusal: str
) -> None:
    like = at.statement(busy, desk)
    columns = "client_id since until known_at opening closing record_count made_at made_by_id"
    taken = [changed.get(column, column) for column in columns.split()]

    with pytest.raises(IntegrityError, match=refusal), raw.committing():
        execute(
            f"INSERT INTO billing_accountstatement (id, key, {', '.join(columns.split())})"
            f" SELECT '{uuid4()}', gen_random_uuid(), {', '.join(taken)}"
            " FROM billing_accountstatement WHERE id = %s",
            like.pk,
        )
        execute(
            "INSERT INTO billing_statementrecord (id, statement_id, client_id)"
            " SELECT gen_random_uuid(), id, client_id FROM billing_accountstatement"
            " WHERE id <> %s",
            like.pk,
        )


def test_no_record_joins_a_statement_that_stands(desk: Membership, busy: Client) -> None:
    made, other = at.statement(busy, desk), at.client(desk, "Whitfield")

    with pytest.raises(IntegrityError, match="no record can join it"), transaction.atomic():
        execute(
            "INSERT INTO billing_statementrecord (id, statement_id, client_id)"
            " VALUES (gen_random_uuid(), %s, %s)",
            *(made.pk, other.pk),
        )


def test_a_document_is_of_one_thing(desk: Membership, busy: Client) -> None:
    documents.render(at.statement(busy, desk), now=at.NOW, by=desk)

    with pytest.raises(IntegrityError, match="is_of_its_kind"), transaction.atomic():
        execute(
            "INSERT INTO billing_document (id, kind, statement_id, sha256, made_at, made_by_id)"
            " SELECT gen_random_uuid(), 'INVOICE', statement_id, sha256, made_at, made_by_id"
            " FROM billing_document"
        )


def test_a_receipt_tells_what_was_received(desk: Membership, busy: Client) -> None:
    payment = at.cash(busy, desk, "7.50", keep_rest=True)
    first = documents.render(payment, now=at.NOW, by=desk)
    told = text_of(first.pdf)

    for words in ("Receipt", payment.receipt, "7.50", "in cash", "March 3, 2026", busy.code):
        assert words in told
    assert first.file_name == "receipt-00003.pdf"
    assert documents.render(payment, now=at.NOW, by=desk).pdf == first.pdf


@pytest.mark.commits
def test_a_statement_that_somebody_changed_is_found(billed: Billed) -> None:
    with practice_scope(billed.house.id):
        made = at.statement(billed.own, billed.house.people["front-desk"])
        assert list(statements.findings()) == []
        assert Event.objects.filter(action=Action.STATEMENT_MADE).count() == 0
    as_owner_unguarded(
        "ALTER TABLE billing_accountstatement DISABLE TRIGGER USER",
        "ALTER TABLE billing_accountstatement NO FORCE ROW LEVEL SECURITY",
        "UPDATE billing_accountstatement SET closing = closing - 100",
        "ALTER TABLE billing_accountstatement FORCE ROW LEVEL SECURITY",
        "ALTER TABLE billing_accountstatement ENABLE TRIGGER USER",
    )

    with practice_scope(billed.house.id):
        (found,) = integrity.findings()
        assert Event.objects.filter(action=Action.STATEMENT_MADE).count() == 1
    assert (found.invariant, found.ids) == ("I-13", (made.pk,))
