"""Writing off what clients need not pay: by kind, within one's limit, and taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Counter, Invoice, Refund, WriteOff, WriteOffReason, WriteOffTakenBack
from billing.selectors import invoices as open_invoices
from billing.selectors import of_late, packages, since
from billing.selectors import write_offs as found
from billing.services import numbers
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Details", "Kind", "Waiting", "record", "sweep", "take_back"]

Kind = WriteOff.Kind
Reason = WriteOffReason
SMALL_AT_MOST = Money(25_00)
"""What is more is looked at one by one."""


class ExceedsOpen(Exception):
    """More would be written off than the invoice is open by."""


class BeforeItWas(Exception):
    """Something would be done on a day before what it is about."""


class KeyReused(Exception):
    """Another write-off was recorded under this key."""


class AlreadyTakenBack(Exception):
    """The write-off was taken back before."""


class NotSmall(Exception):
    """More would count as small than anybody calls so."""


class Changed(Exception):
    """What would be written off is not any more what was shown."""


class PackageGoesOn(Exception):
    """The invoice sold a package that has sessions left: it would be cheaper, and not shorter."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is written off: of which kind, how much in cents, and on which day."""

    kind: WriteOff.Kind
    amount: Money
    written_off_on: date


@transaction.atomic
def record(
    *, invoice: Invoice, details: Details, key: UUID, now: datetime, by: Membership
) -> WriteOff | Waiting:
    """Write a part of an invoice off; above one's limit, ask a second person.

    The limit is of all that is written off the invoice. The same ``key`` again returns the
    write-off that it has.

    Raises:
        ExceedsOpen: more than the invoice is open by.
        PackageGoesOn: it sold a package that has sessions left.
        BeforeItWas: on some day from then on, less of the invoice was open.
        KeyReused: the key belongs to a write-off of another invoice, kind or amount.
        AskedBySomebodyElse: another person waits for an answer about the invoice.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if (known := WriteOff.objects.filter(key=key).first()) is not None:
        if (known.invoice_id, known.kind, known.amount) != (
            invoice.pk,
            details.kind,
            details.amount,
        ):
            raise KeyReused("This form was sent before, with another write-off. Open it anew.")
        return known
    require(invoice, details)
    answer = approvals.require(
        act=Act.WRITE_OFF,
        amount_cents=details.amount.cents,
        already_cents=found.written_off(invoice).cents,
        subject_kind="billing.invoice",
        subject_id=invoice.pk,
        label=invoice.number,
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    return write(numbers.lock(numbers.WRITE_OFFS), invoice, details, key=key, now=now, by=by)


@transaction.atomic
def sweep(
    *,
    picked: Collection[UUID],
    shown: Money,
    below: Money,
    days: int,
    on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> list[WriteOff] | Waiting:
    """Write the small rests of the picked invoices off, all of them or none.

    ``shown`` is the sum that was agreed to, in cents. One's limit is of that sum, of what else is
    written off these invoices, and of what one swept within a day. The same ``key`` again returns
    what it has.

    Raises:
        NotSmall: ``below`` is more than ``SMALL_AT_MOST``.
        Changed: by now it would be another sum, or nothing.
        KeyReused: another sum was written off under the key.
        AskedBySomebodyElse: another person waits for an answer about small balances.
        journal.PeriodClosed: ``on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    keys = [uuid5(key, str(pk)) for pk in picked]
    if known := list(WriteOff.objects.filter(key__in=keys)):
        if sum((each.amount for each in known), ZERO) != shown:
            raise KeyReused("This page was sent before, for other invoices. Pick them anew.")
        return known
    if below > SMALL_AT_MOST:
        raise NotSmall(f"Write what is {SMALL_AT_MOST.dollars} or more off one by one.")
    rests = found.small(Invoice.objects.all(), below=below, days=days, on=on, picked=picked)
    total = sum((rest.open for rest in rests), ZERO)
    if total != shown or not rests:
        raise Changed(
            f"Meanwhile something was paid or written off: it would be {total.dollars} now, and"
            f" {shown.dollars} was shown. Look at it again."
        )
    answer = approvals.require(
        act=Act.WRITE_OFF,
        amount_cents=total.cents,
        already_cents=of_late.swept(by, [rest.invoice.pk for rest in rests], now=now).cents,
        subject_kind="accounts.practice",
        subject_id=current_scope().practice_id,
        label="Small balances",
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    counter = numbers.lock(numbers.WRITE_OFFS)
    return [
        write(
            counter,
            rest.invoice,
            Details(Kind.SMALL, rest.open, on),
            key=uuid5(key, str(rest.invoice.pk)),
            now=now,
            by=by,
        )
        for rest in rests
    ]


@transaction.atomic
def take_back(
    *, write_off: WriteOff, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> WriteOffTakenBack:
    """Take a write-off back by a reversing entry: the invoice is open by as much again.

    Raises:
        AlreadyTakenBack: it was taken back before.
        BeforeItWas: the day is before the write-off's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if WriteOffTakenBack.objects.filter(write_off=write_off).exists():
        raise AlreadyTakenBack(f"{write_off.reference} was taken back already.")
    if taken_back_on < write_off.written_off_on:
        raise BeforeItWas("Choose a day that is not before the write-off.")
    entry = journal.reverse(
        entry=write_off.entry,
        source=f"write_off:{write_off.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Write-off {write_off.reference} taken back",
        by=by,
    )
    taken_back = WriteOffTakenBack.objects.create(
        write_off=write_off,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.WRITE_OFF_TAKEN_BACK,
        target=write_off,
        touched=[write_off.invoice.client_id],
        reason=str(Reason(reason).label).lower(),
        amount_cents=write_off.amount.cents,
    )
    return taken_back


def require(invoice: Invoice, details: Details) -> None:
    """Say that a write-off is within what its invoice is open by.

    Raises:
        ExceedsOpen, PackageGoesOn, BeforeItWas: as ``record`` does.
    """
    require_ended([invoice.pk])
    due = open_invoices.balance_due(invoice)
    if not ZERO < details.amount <= due:
        raise ExceedsOpen(f"{due.dollars} of {invoice.number} is open. Write off at most that.")
    first = since.of_debt(invoice, details.amount)
    if details.written_off_on < first:
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when so much was open.")


def require_ended(invoices: Collection[UUID]) -> None:
    """Raise ``PackageGoesOn`` where one of these invoices sold a package that has sessions left."""
    for package in packages.unused_of(invoices).values():
        raise PackageGoesOn(
            f"End {package.reference} first: it has sessions left, and this would make it cheaper,"
            " not shorter."
        )


def write(
    counter: Counter,
    invoice: Invoice,
    details: Details,
    *,
    key: UUID,
    refund: Refund | None = None,
    now: datetime,
    by: Membership,
) -> WriteOff:
    """Write and post a write-off that was checked, under the lock of the receipts' series.

    ``refund`` is the one that credits the invoice with what went back.
    """
    write_off_id = uuid7()
    reference = f"WO-{numbers.take(counter):05}"
    kind = Kind(details.kind)
    entry = journal.post(
        source=f"write_off:{write_off_id}:recorded",
        entry_date=details.written_off_on,
        memo=f"Write-off {reference} of {invoice.number}, {kind.label.lower()}",
        lines=posting.written_off(
            client=invoice.client_id,
            invoice=invoice.pk,
            to=posting.WRITTEN_OFF_TO[kind],
            amount=details.amount,
        ),
        by=by,
    )
    write_off = WriteOff.objects.create(
        id=write_off_id,
        reference=reference,
        invoice=invoice,
        kind=kind,
        amount=details.amount,
        refund=refund,
        written_off_on=details.written_off_on,
        key=key,
        entry_id=entry.pk,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.WRITTEN_OFF,
        target=write_off,
        touched=[invoice.client_id],
        invoice=invoice.number,
        kind=kind.label.lower(),
        amount_cents=details.amount.cents,
    )
    return write_off
