"""An invoice is voided by reversal: it stays in sight, and its sessions are billed again."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import Invoice, InvoiceVoided, MissedFee, NotBilled, Session, VoidReason
from billing.reports.income_by import table
from billing.selectors import integrity, invoices, missed, receivables, sessions
from billing.selectors.balances import NOTHING, balances_of
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.selectors.tables import Asked
from billing.services import invoices as issuing
from billing.services import not_billed, voids
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import hours, money, raw
from tests.billing.issuing import issue_one
from tests.billing.services.test_payments import balances
from tests.ledger.raw import execute

FEBRUARY = date(2026, 2, 10)


def sessions_of(invoice: Invoice) -> list[Session]:
    return [line.session for line in invoice.lines.select_related("session").order_by("position")]


def test_a_void_invoice_is_not_owed_and_keeps_its_number(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    money.voided(invoice, desk)
    after = at.invoice(amara, desk)

    assert balance_due(invoice) == ZERO
    assert (invoice.number, after.number) == ("INV-2026-0001", "INV-2026-0002")
    assert balances() == {"1100": Money(150_00), "4000": Money(-150_00)}
    assert list(integrity.findings()) == []


def test_its_sessions_wait_to_be_billed_again(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    money.voided(invoice, desk)

    assert list(sessions.unbilled(Session.objects.all())) == sessions_of(invoice)
    again = issue_one(sessions=sessions_of(invoice), issued_on=at.TODAY, now=at.NOW, by=desk)

    assert [line.turn for line in again.lines.all()] == [2]
    with pytest.raises(issuing.AlreadyInvoiced, match=again.number):
        issue_one(sessions=sessions_of(invoice), issued_on=at.TODAY, now=at.NOW, by=desk)


def test_what_paid_it_is_credit_again(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "100.00")

    money.voided(invoice, accountant)

    assert credit_left(payment) == Money(100_00)
    assert balances_of([amara.pk], on=at.TODAY)[amara.pk].net == Money(-100_00)


def test_a_wrong_invoice_is_issued_again_in_one_step(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    held = [at.session(amara, desk, dollars=fee) for fee in ("150.00", "90.00")]
    wrong = issue_one(sessions=held, issued_on=at.TODAY, now=at.NOW, by=desk)
    payment = at.cash(amara, desk, "200.00")

    voided = money.voided(wrong, accountant, again=held[1:])

    anew = voided.replacement
    assert anew is not None
    assert (anew.total, balance_due(anew)) == (Money(90_00), ZERO)
    assert credit_left(payment) == Money(110_00)
    assert list(sessions.unbilled(Session.objects.all())) == held[:1]
    assert invoices.replaced(anew) == wrong
    raw.check_as_at_commit()
    assert list(integrity.findings()) == []


def test_an_invoice_issued_again_can_be_voided_in_turn(desk: Membership, amara: Client) -> None:
    first = at.invoice(amara, desk)
    held = sessions_of(first)
    second = money.voided(first, desk, again=held).replacement
    assert second is not None

    third = money.voided(second, desk, again=held).replacement

    assert third is not None
    assert [line.turn for line in third.lines.all()] == [3]
    raw.check_as_at_commit()
    assert list(integrity.findings()) == []


def test_the_month_of_issue_keeps_its_income(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk, issued_on=FEBRUARY)

    money.voided(invoice, desk)

    assert balances(FEBRUARY)["4000"] == Money(-150_00)
    assert "4000" not in balances()
    assert receivables.on(as_of=at.TODAY).ties_out
    february, march = (
        table(Asked(day, day.replace(day=1), choices={"by": "client"}))
        for day in (FEBRUARY, at.TODAY)
    )
    assert [row.cells[1:] for row in february.rows] == [(1, Money(150_00))]
    assert [row.cells[1:] for row in march.rows] == [(-1, Money(-150_00))]
    assert all(tie.ok for report in (february, march) for tie in report.ties)


def test_it_is_voided_once_and_not_before_it_was(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    with pytest.raises(voids.BeforeItWas, match="Mar 3, 2026 or later"):
        money.voided(invoice, desk, on=FEBRUARY)
    money.voided(invoice, desk)
    with pytest.raises(voids.AlreadyVoid):
        money.voided(invoice, desk)


def test_the_same_key_voids_once(desk: Membership, amara: Client) -> None:
    invoice, other, key = at.invoice(amara, desk), at.invoice(amara, desk), uuid4()
    arguments: dict[str, Any] = {
        "reason": VoidReason.TWICE,
        "voided_on": at.TODAY,
        "key": key,
        "now": at.NOW,
        "by": desk,
    }

    first = voids.void(invoice=invoice, **arguments)

    assert voids.void(invoice=invoice, **arguments) == first
    with pytest.raises(voids.KeyReused):
        voids.void(invoice=other, **arguments)


def test_only_its_own_sessions_are_billed_again(desk: Membership, amara: Client) -> None:
    invoice, other = at.invoice(amara, desk), at.session(amara, desk)

    with pytest.raises(voids.NotOnIt):
        money.voided(invoice, desk, again=[other])


def test_an_invoice_is_not_issued_in_the_place_of_one_that_stands(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)

    with (
        pytest.raises(IntegrityError, match="a session stands on an invoice already"),
        raw.committing(),
    ):
        issue_one(
            sessions=sessions_of(invoice),
            issued_on=at.TODAY,
            instead_of=[invoice],
            now=at.NOW,
            by=desk,
        )


def test_the_database_keeps_an_invoice_that_is_paid(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    at.cash(amara, desk, "10.00")

    with pytest.raises(IntegrityError, match="is still paid"), raw.committing():
        void_by_hand(invoice, desk, invoice.entry_id)


def test_the_database_asks_for_the_reversing_entry(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        void_by_hand(invoice, desk, invoice.entry_id)


def test_the_database_replaces_an_invoice_by_one_of_the_same_client(
    desk: Membership, amara: Client
) -> None:
    invoice, own = at.invoice(amara, desk), at.invoice(amara, desk)
    other = at.invoice(at.client(desk, "Whitfield"), desk)
    entry = journal.reverse(
        entry=invoice.entry, source="x", entry_date=at.TODAY, memo="Voided", by=desk
    )

    with pytest.raises(IntegrityError, match="another client's invoice stands"), raw.committing():
        void_by_hand(invoice, desk, entry.pk, replacement=other)
    with raw.committing():
        void_by_hand(invoice, desk, entry.pk, replacement=own)


def test_the_database_lets_nothing_pay_a_void_invoice(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "200.00", keep_rest=True)
    money.voided(invoice, accountant)

    with pytest.raises(IntegrityError, match="a void invoice is paid"), raw.committing():
        raw.insert_application(payment, invoice, 1, desk)


def test_the_database_bills_a_session_once(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    entry = journal.reverse(
        entry=invoice.entry, source="x", entry_date=at.TODAY, memo="Not voided", by=desk
    )
    [session] = sessions_of(invoice)

    with pytest.raises(IntegrityError, match="stands on an invoice already"), raw.committing():
        pk = raw.insert_invoice(invoice, client=amara.pk, total=150_00, lines=1, entry=entry.pk)
        raw.insert_line(pk, session, 150_00, turn=2)


def test_nobody_who_saw_nothing_owes_nothing(desk: Membership, amara: Client) -> None:
    money.voided(at.invoice(amara, desk), desk)

    assert balances_of([amara.pk], on=at.TODAY).get(amara.pk, NOTHING) == NOTHING


def void_by_hand(
    invoice: Invoice, by: Membership, entry_id: UUID, replacement: Invoice | None = None
) -> None:
    InvoiceVoided.objects.create(
        invoice=invoice,
        reason="TWICE",
        voided_on=at.TODAY,
        key=uuid4(),
        entry_id=entry_id,
        voided_at=at.NOW,
        voided_by=by,
        replacement=replacement,
    )


@pytest.fixture
def with_fee(desk: Membership, amara: Client) -> Invoice:
    """An invoice of a session of 150.00, and of 75.00 for an hour to which nobody came."""
    hours.policy(desk)
    fee = hours.missed(hours.planned(amara, desk), desk).fee
    assert fee
    return issue_one(
        sessions=[at.session(amara, desk)],
        missed_fees=[fee],
        issued_on=at.TODAY,
        now=at.NOW,
        by=desk,
    )


def test_a_fee_for_a_missed_hour_is_billed_again_with_the_sessions(
    desk: Membership, with_fee: Invoice
) -> None:
    lines = with_fee.lines.order_by("position")
    billed = [line.hour for line in lines if line.hour is not None]

    anew = money.voided(with_fee, desk, again=billed).replacement

    assert anew is not None
    assert [line.hour for line in anew.lines.order_by("position")] == billed
    assert {line.turn for line in anew.lines.all()} == {2}
    assert anew.total == with_fee.total == Money(225_00)
    assert list(integrity.findings()) == []


def test_a_fee_of_a_void_invoice_waits_or_is_waived(desk: Membership, with_fee: Invoice) -> None:
    [fee] = MissedFee.objects.all()
    with pytest.raises(not_billed.StandsOnInvoice):
        not_billed.keep_back(hour=fee, reason="GOODWILL", now=at.NOW, by=desk)

    money.voided(with_fee, desk)

    assert list(missed.unbilled()) == [fee]
    kept = not_billed.keep_back(hour=fee, reason="GOODWILL", now=at.NOW, by=desk)
    assert isinstance(kept, NotBilled)
    assert list(missed.unbilled()) == []
    assert list(integrity.findings()) == []


def test_the_database_bills_a_fee_for_a_missed_hour_once(
    desk: Membership, amara: Client, with_fee: Invoice
) -> None:
    entry = at.cash(amara, desk, "5.00").entry_id

    with pytest.raises(IntegrityError, match="stands on an invoice already"), raw.committing():
        other = raw.insert_invoice(with_fee, client=amara.pk, total=75_00, lines=1, entry=entry)
        execute(
            "INSERT INTO billing_invoiceline (id, invoice_id, missed_fee_id, service_code_id,"
            " position, turn, served_on, minutes, amount, description_commitment)"
            " SELECT gen_random_uuid(), %s, missed_fee_id, service_code_id, 1, 2,"
            " served_on, minutes, amount, description_commitment FROM billing_invoiceline"
            " WHERE missed_fee_id IS NOT NULL",
            other,
        )
