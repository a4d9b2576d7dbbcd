"""Giving money back: of credit, or of what paid an invoice; within one's limit, never twice."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    Invoice,
    Payment,
    PaymentApplication,
    Refund,
    RefundBackReason,
    RefundPaid,
    RefundReason,
    RefundTakenBack,
    UnapplyReason,
)
from billing.selectors import bank, drawer, of_late, payments, refunds, since, standing
from billing.services import applications, numbers, write_offs
from billing.services.applications import Share
from billing.services.write_offs import PackageGoesOn
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = [
    "AskedBySomebodyElse",
    "Charge",
    "Details",
    "PackageGoesOn",
    "Waiting",
    "record",
    "take_back",
]

Reason = RefundReason
BackReason = RefundBackReason


class Charge(StrEnum):
    """What becomes of what the money had paid."""

    OWED = "OWED"
    CREDITED = "CREDITED"


class ExceedsRefundable(Exception):
    """More would go back than the payment still holds."""


class StillApplied(Exception):
    """A part of it pays an invoice, and nobody said what becomes of that."""


class NotByCard(Exception):
    """Money cannot go back to a card this way."""


class NotInCash(Exception):
    """Cash goes back only where cash came."""


class NotInDrawer(Exception):
    """More cash would go back than lies in the drawer."""


class BeforeItWas(Exception):
    """Something would be done on a day before what it is about."""


class KeyReused(Exception):
    """Another refund was recorded under this key."""


class AlreadyTakenBack(Exception):
    """The refund was taken back before."""


class Confirmed(Exception):
    """A bank line confirms the refund, so it is not taken back."""


@dataclass(frozen=True, slots=True)
class Details:
    """How money goes back: how much in cents, which way, why, and on which day.

    ``charge`` says what becomes of an invoice that it had paid: the client owes it again, or it is
    credited with it. None is enough where all of it is credit.
    """

    amount: Money
    method: Payment.Method
    reason: str
    refunded_on: date
    check_number: str = ""
    charge: Charge | None = None


@transaction.atomic
def record(
    *, payment: Payment, details: Details, key: UUID, now: datetime, by: Membership
) -> Refund | Waiting:
    """Give a part of a payment back; above one's limit, ask a second person.

    Credit goes first, then what was applied last. The limit is of all that went back of the
    payment, and to its client of late. The same ``key`` again returns the refund that it has.

    Raises:
        ExceedsRefundable: more than the payment still holds.
        StillApplied: it pays an invoice, and ``charge`` is not said.
        PackageGoesOn: it would credit the invoice of a package that has sessions left.
        NotByCard: to a card; that needs the card company.
        NotInCash: in cash, though it came another way.
        NotInDrawer: more cash than lies in the drawer.
        BeforeItWas: on some day from then on, less of it was there; or before what is undone.
        KeyReused: the key belongs to a refund of another payment or amount.
        AskedBySomebodyElse: another person waits for an answer about the payment.
        journal.PeriodClosed: the day lies in a closed month.
    """
    # The lock comes first: money is taken and given one act at a time, so none goes back twice.
    numbers.lock(numbers.RECEIPTS)
    if (known := Refund.objects.filter(key=key).first()) is not None:
        if (known.payment_id, known.amount) != (payment.pk, details.amount):
            raise KeyReused("This form was sent before, with another refund. Open it anew.")
        return known
    _require(payment, details)
    answer = approvals.require(
        act=Act.REFUND,
        amount_cents=details.amount.cents,
        already_cents=of_late.gave_back(payment.client_id, payment=payment, now=now).cents,
        subject_kind="billing.payment",
        subject_id=payment.pk,
        label=payment.receipt,
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    freed = _free(payment, details, now, by)
    refund = _write(payment, details, key, now, by)
    if details.charge == Charge.CREDITED:
        _credit(refund, freed, now, by)
    pay(refund=refund, paid_on=details.refunded_on, now=now, by=by)
    return refund


def pay(*, refund: Refund, paid_on: date, now: datetime, by: Membership) -> RefundPaid:
    """Record that a refund left the practice, by the way that it names."""
    entry = journal.post(
        source=f"refund:{refund.pk}:paid",
        entry_date=paid_on,
        memo=f"Refund {refund.reference} paid",
        lines=posting.refund_paid(
            client=refund.payment.client_id,
            refund=refund.pk,
            paid_from=posting.REFUNDED_FROM[refund.method],
            amount=refund.amount,
        ),
        by=by,
    )
    return RefundPaid.objects.create(
        refund=refund, paid_on=paid_on, entry_id=entry.pk, recorded_at=now, recorded_by=by
    )


@transaction.atomic
def take_back(
    *, refund: Refund, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> RefundTakenBack:
    """Take a refund back by reversing entries: the money is the client's credit again, and what it
    credited invoices with is owed again.

    Raises:
        AlreadyTakenBack: it was taken back before.
        Confirmed: a bank line is matched with it; that is undone first.
        BeforeItWas: the day is before the refund's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.BILL_PAYMENTS)  # No bank line is matched meanwhile.
    if RefundTakenBack.objects.filter(refund=refund).exists():
        raise AlreadyTakenBack(f"{refund.reference} was taken back already.")
    if taken_back_on < refund.refunded_on:
        raise BeforeItWas("Choose a day that is not before the refund.")
    paid = refund.paid.select_related("entry").first()
    if paid is not None and bank.is_confirmed(paid.entry_id):
        raise Confirmed(f"A bank line is matched with {refund.reference}. Undo that first.")
    for credited in refund.credited.filter(standing.WRITTEN_OFF).select_related("entry", "invoice"):
        write_offs.take_back(
            write_off=credited,
            reason=write_offs.Reason.REFUND,
            taken_back_on=taken_back_on,
            now=now,
            by=by,
        )
    memo = f"Refund {refund.reference} taken back"
    back: dict[str, Any] = {"entry_date": taken_back_on, "memo": memo, "by": by}
    paid_entry = None
    if paid is not None:
        source = f"refund:{refund.pk}:paid_taken_back"
        paid_entry = journal.reverse(entry=paid.entry, source=source, **back)
    source = f"refund:{refund.pk}:taken_back"
    entry = journal.reverse(entry=refund.entry, source=source, **back)
    taken_back = RefundTakenBack.objects.create(
        refund=refund,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        paid_entry=paid_entry,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.REFUND_TAKEN_BACK,
        target=refund,
        touched=[refund.payment.client_id],
        reason=str(BackReason(reason).label).lower(),
        amount_cents=refund.amount.cents,
    )
    return taken_back


def _require(payment: Payment, details: Details) -> None:
    if details.method == Payment.Method.CARD:
        raise NotByCard(
            "Money does not go back to a card from here yet. Refund it in the card company's own"
            " pages, or choose a check."
        )
    if details.method == Payment.Method.CASH and payment.method != Payment.Method.CASH:
        raise NotInCash(f"{payment.receipt} did not come in cash. Choose a check.")
    left = refunds.refundable(payment)
    if not ZERO < details.amount <= left:
        raise ExceedsRefundable(f"{left.dollars} of {payment.receipt} can go back at most.")
    if details.method == Payment.Method.CASH and details.amount > (cash := drawer.drawer().cash):
        there = max(cash, ZERO).dollars
        raise NotInDrawer(f"{there} in cash lies in the drawer by the books. Use a check.")
    credit = payments.credit_left(payment)
    first = since.of_credit(payment, min(details.amount, credit))
    if details.refunded_on < first:
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when it was there.")
    if details.amount > credit and details.charge is None:
        raise StillApplied(
            f"{(details.amount - credit).dollars} of it pays invoices. Say whether the client owes"
            " that again, or the invoices are credited."
        )
    if details.charge == Charge.CREDITED:
        write_offs.require_ended([each.invoice_id for each, _ in _to_free(payment, details)])


def _free(
    payment: Payment, details: Details, now: datetime, by: Membership
) -> list[tuple[Invoice, Money]]:
    """Take as much off invoices as credit lacks, what was applied last first; return how much of
    which.
    """
    freed = []
    for application, part in _to_free(payment, details):
        _free_one(application, part, details, now, by)
        freed.append((application.invoice, part))
    return freed


def _to_free(payment: Payment, details: Details) -> list[tuple[PaymentApplication, Money]]:
    found = []
    rows = standing.applications().filter(payment=payment).order_by("-id")
    lacks = details.amount - payments.credit_left(payment)
    for application in rows.select_related("payment", "invoice", "entry"):
        if lacks <= ZERO:
            break
        part = min(lacks, application.amount)
        found.append((application, part))
        lacks -= part
    return found


def _free_one(
    application: PaymentApplication, freed: Money, details: Details, now: datetime, by: Membership
) -> None:
    on = details.refunded_on
    if on < application.applied_on:
        raise BeforeItWas(f"Choose {application.applied_on:%b %-d, %Y} or later, when it was used.")
    applications.take_back(
        application=application,
        reason=UnapplyReason.REFUNDED,
        taken_back_on=on,
        now=now,
        by=by,
    )
    rest = application.amount - freed
    if rest:
        share = Share(application.invoice, rest)
        applications.write(application.payment, share, applied_on=on, now=now, by=by)


def _credit(
    refund: Refund, freed: list[tuple[Invoice, Money]], now: datetime, by: Membership
) -> None:
    """Credit each invoice with what of it went back."""
    counter = numbers.lock(numbers.WRITE_OFFS)
    for place, (invoice, amount) in enumerate(freed):
        write_offs.write(
            counter,
            invoice,
            write_offs.Details(write_offs.Kind.CORRECTION, amount, refund.refunded_on),
            key=uuid5(refund.key, str(place)),
            refund=refund,
            now=now,
            by=by,
        )


def _write(payment: Payment, details: Details, key: UUID, now: datetime, by: Membership) -> Refund:
    refund_id = uuid7()
    reference = f"RF-{numbers.take(numbers.lock(numbers.REFUNDS)):05}"
    entry = journal.post(
        source=f"refund:{refund_id}:recorded",
        entry_date=details.refunded_on,
        memo=f"Refund {reference} of receipt {payment.receipt}",
        lines=posting.refund_approved(
            client=payment.client_id, payment=payment.pk, refund=refund_id, amount=details.amount
        ),
        by=by,
    )
    refund = Refund.objects.create(
        id=refund_id,
        reference=reference,
        payment=payment,
        method=details.method,
        check_number=details.check_number,
        amount=details.amount,
        reason=details.reason,
        refunded_on=details.refunded_on,
        key=key,
        entry_id=entry.pk,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.REFUNDED,
        target=refund,
        touched=[payment.client_id],
        receipt=payment.receipt,
        reason=str(Reason(details.reason).label).lower(),
        amount_cents=details.amount.cents,
    )
    return refund
