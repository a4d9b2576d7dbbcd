"""Money put right for tests: corrected, taken off, made through the product's own services."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from accounts.ids import uuid7
from accounts.models import Membership
from billing import posting
from billing.models import (
    BankLine,
    Deposit,
    DrawerCount,
    Invoice,
    InvoiceVoided,
    MissedFee,
    Payment,
    PaymentApplication,
    PaymentTakenBack,
    Refund,
    Session,
    VoidReason,
    WriteOff,
)
from billing.selectors.drawer import drawer as drawer_now
from billing.services import (
    applications,
    bank_matches,
    corrections,
    drawer,
    numbers,
    payments,
    refunds,
    voids,
    write_offs,
)
from billing.services.applications import Share
from billing.services.corrections import Reason, Right
from billing.services.payments import Method
from clients.models import Client
from ledger.chart import Role
from ledger.models import JournalEntry
from ledger.money import Money
from ledger.services import journal
from tests.billing import desk, spending
from tests.billing.desk import NOW, TODAY


def right(of: Payment, **changes: Any) -> Right:
    """Return how a payment stands, with what should be otherwise."""
    stands: dict[str, Any] = {
        "client": of.client,
        "amount": of.amount,
        "method": Method(of.method),
        "received_on": of.received_on,
        "reference": of.reference,
    }
    return Right(**stands | changes)


def corrected(
    payment: Payment,
    by: Membership,
    *,
    reason: Reason = Reason.AMOUNT,
    today: date = TODAY,
    **changes: Any,
) -> PaymentTakenBack:
    """Correct a payment, within the person's limit: to 12.00, if nothing else is said."""
    changes = changes or {"amount": Money(12_00)}
    wanted = None if reason in corrections.NOT_REPLACED else right(payment, **changes)
    done = corrections.correct(
        payment=payment, right=wanted, reason=reason, key=uuid4(), today=today, now=NOW, by=by
    )
    assert isinstance(done, PaymentTakenBack)
    return done


def applied(payment: Payment, invoice: Invoice, by: Membership, dollars: str) -> None:
    applications.apply(
        payment=payment,
        shares=[Share(invoice, Money.parse(dollars))],
        applied_on=TODAY,
        now=NOW,
        by=by,
    )


def taken_off(application: PaymentApplication, by: Membership, *, on: date = TODAY) -> None:
    applications.take_back(
        application=application,
        reason=applications.Reason.MISTAKE,
        taken_back_on=on,
        now=NOW,
        by=by,
    )


def unapplied(payment: Payment, by: Membership, *, on: date = TODAY) -> Payment:
    """Take a payment off the one invoice that it pays."""
    taken_off(payment.applications.get(), by, on=on)
    return payment


def voided(
    invoice: Invoice,
    by: Membership,
    *,
    again: Collection[Session | MissedFee] = (),
    on: date = TODAY,
    reason: VoidReason = VoidReason.SESSIONS,
) -> InvoiceVoided:
    """Void within the person's limit."""
    done = voids.void(
        invoice=invoice, reason=reason, voided_on=on, again=again, key=uuid4(), now=NOW, by=by
    )
    assert isinstance(done, InvoiceVoided)
    return done


def written_off(
    invoice: Invoice,
    by: Membership,
    dollars: str,
    *,
    kind: WriteOff.Kind = WriteOff.Kind.COURTESY,
    on: date = TODAY,
) -> WriteOff:
    """Write off within the person's limit."""
    done = write_offs.record(
        invoice=invoice,
        details=write_offs.Details(kind, Money.parse(dollars), on),
        key=uuid4(),
        now=NOW,
        by=by,
    )
    assert isinstance(done, WriteOff)
    return done


def owed_again(write_off: WriteOff, by: Membership, *, on: date = TODAY) -> None:
    write_offs.take_back(
        write_off=write_off,
        reason=write_offs.Reason.MISTAKE,
        taken_back_on=on,
        now=NOW,
        by=by,
    )


def refunded(
    payment: Payment,
    by: Membership,
    dollars: str,
    *,
    method: Method = Method.CASH,
    charge: refunds.Charge | None = None,
    on: date = TODAY,
) -> Refund:
    """Give money back within the person's limit."""
    done = refunds.record(
        payment=payment,
        details=refunds.Details(
            amount=Money.parse(dollars),
            method=method,
            reason=refunds.Reason.OVERPAID,
            refunded_on=on,
            check_number="2207" if method == Method.CHECK else "",
            charge=charge,
        ),
        key=uuid4(),
        now=NOW,
        by=by,
    )
    assert isinstance(done, Refund)
    return done


def kept_after_all(refund: Refund, by: Membership, *, on: date = TODAY) -> None:
    refunds.take_back(
        refund=refund,
        reason=refunds.BackReason.UNCASHED,
        taken_back_on=on,
        now=NOW,
        by=by,
    )


def kept(client: Client, by: Membership, dollars: str, *, on: date = TODAY) -> Payment:
    """Take cash, all of it as credit."""
    return payments.record(
        client=client,
        amount=Money.parse(dollars),
        method=Method.CASH,
        received_on=on,
        key=uuid4(),
        by_hand=[],
        keep_rest=True,
        now=NOW,
        by=by,
    )


def waiting_refund(payment: Payment, by: Membership) -> Refund:
    """Write a refund of 1.00 that was not paid yet, as one to a card will be."""
    pk = uuid7()
    entry = journal.post(
        source=f"refund:{pk}:recorded",
        entry_date=TODAY,
        memo="Refund that waits",
        lines=posting.refund_approved(
            client=payment.client_id, payment=payment.pk, refund=pk, amount=Money(1_00)
        ),
        by=by,
    )
    return Refund.objects.create(
        id=pk,
        reference=f"RF-{numbers.take(numbers.lock(numbers.REFUNDS)):05}",
        payment=payment,
        method=payment.method,
        amount=Money(1_00),
        reason=refunds.Reason.OVERPAID,
        refunded_on=TODAY,
        key=uuid4(),
        entry_id=entry.pk,
        recorded_at=NOW,
        recorded_by=by,
    )


def put_right(client: Client, by: Membership, books: Membership) -> None:
    """Correct, take off, refund, write off and void: each leaves a row that says so."""
    over = kept(client, by, "7.00")
    kept_after_all(refunded(over, by, "7.00"), by)
    corrected(over, by, reason=Reason.TWICE)
    wrong = desk.invoice(client, by, dollars="35.00")
    corrected(unapplied(desk.cash(client, by, "5.00", apply_to=wrong), by), by)
    owed_again(written_off(wrong, books, "1.00"), books)
    voided(wrong, by)


def counted(by: Membership, cash: str, checks: str, *, reason: str = "") -> DrawerCount:
    """Count within the person's limit."""
    done = drawer.count(
        cash=Money.parse(cash),
        checks=Money.parse(checks),
        reason=reason,
        counted_on=TODAY,
        key=uuid4(),
        now=NOW,
        by=by,
    )
    assert isinstance(done, DrawerCount)
    return done


def deposited(by: Membership, cash: str, checks: str) -> Deposit:
    return drawer.deposit(
        cash=Money.parse(cash),
        checks=Money.parse(checks),
        bag_number="B-7",
        deposited_on=TODAY,
        key=uuid4(),
        now=NOW,
        by=by,
    )


def not_deposited(made: Deposit, by: Membership, *, on: date = TODAY) -> None:
    drawer.take_back(made=made, reason=drawer.BackReason.MISTAKE, taken_back_on=on, now=NOW, by=by)


def confirmed(entry: JournalEntry, by: Membership) -> None:
    """Let a line of the bank confirm what an entry moved at it."""
    posting = entry.postings.get(account__role=Role.OPERATING_BANK)
    moved = posting.debit - posting.credit
    content = f"Date,Words,Amount\n{entry.entry_date},BANK,{moved}\n".encode()
    spending.taken_in(by, content)
    bank_matches.match(
        line=BankLine.objects.get(amount=moved), posting_id=posting.pk, now=NOW, by=by
    )


def posted_deposit(by: Membership, dollars: str) -> UUID:
    """Post a deposit of which there is no row, and return its entry."""
    return journal.post(
        source=f"deposit:{uuid4()}:made",
        entry_date=TODAY,
        memo="Deposit without a row",
        lines=posting.deposited(amount=Money.parse(dollars)),
        by=by,
    ).pk


def drawer_used(by: Membership) -> None:
    """Count the drawer with a difference, deposit, take one deposit back and keep another."""
    there = drawer_now()
    counted(by, str(there.cash + Money(25)), str(there.checks), reason=drawer.Reason.FOUND)
    not_deposited(deposited(by, "0.25", "0.00"), by)
    deposited(by, "0.25", "0.00")
