"""Sessions that packages pay: planned and written when they are billed, and taken back (J11)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    Invoice,
    InvoiceLine,
    PackageRedemption,
    RedemptionTakenBack,
    Session,
)
from billing.selectors import packages, since, standing
from billing.selectors.packages import Part
from billing.services import numbers
from ledger.services import journal


class PackageOver(Exception):
    """A session would go back to a package that has ended."""


def begin(client_ids: Collection[UUID]) -> None:
    """Hold the series of receipts if any of these clients has a package, as every act of money
    does. Whoever issues for several clients in one transaction says all of them first, since this
    lock comes before those of the hours and the invoices.
    """
    if packages.running().filter(client__in=client_ids).exists():
        numbers.lock(numbers.RECEIPTS)


def planned(held: Iterable[Session]) -> dict[UUID, Part]:
    """Return session id → the package that pays it, under the lock of ``begin``."""
    return packages.paying(held)


def write(
    invoice: Invoice, line: InvoiceLine, part: Part, *, now: datetime, by: Membership
) -> PackageRedemption:
    """Write and post that a package pays a line of an invoice that was issued with it, on the day
    of the invoice, or on the first one later from which on so much was prepaid.
    """
    redemption_id, package = uuid7(), part.package
    on = max(invoice.issued_on, since.of_package(package, part.amount))
    entry = journal.post(
        source=f"redemption:{redemption_id}",
        entry_date=on,
        memo=f"Package {package.reference} applied to {invoice.number}",
        lines=posting.package_redeemed(
            client=invoice.client_id, invoice=invoice.pk, package=package.pk, amount=part.amount
        ),
        by=by,
    )
    redemption = PackageRedemption.objects.create(
        id=redemption_id,
        package=package,
        line=line,
        amount=part.amount,
        redeemed_on=on,
        entry_id=entry.pk,
        redeemed_at=now,
        redeemed_by=by,
    )
    events.record(
        Action.PACKAGE_REDEEMED,
        target=package,
        touched=[invoice.client_id],
        invoice=invoice.number,
        amount_cents=part.amount.cents,
    )
    return redemption


def of_invoice(invoice: Invoice) -> list[PackageRedemption]:
    """Return what packages pay of an invoice now, in the order of its lines."""
    rows = standing.redemptions().filter(line__invoice=invoice)
    return list(rows.select_related("package", "entry").order_by("line__position"))


def take_back(
    invoice: Invoice, *, taken_back_on: date, now: datetime, by: Membership
) -> list[RedemptionTakenBack]:
    """Give the sessions that packages pay of an invoice back to them, under the receipts' lock.

    Raises:
        PackageOver: one of the packages has ended meanwhile.
        journal.PeriodClosed: the day lies in a closed month.
    """
    rows = of_invoice(invoice)
    over = standing.package_ends().filter(package__in={row.package_id for row in rows})
    if (ended := over.select_related("package").order_by("pk").first()) is not None:
        reference = ended.package.reference
        raise PackageOver(
            f"{reference} paid a session of it and has ended since. Let it go on first."
        )
    return [_one(row, invoice, taken_back_on, now, by) for row in rows]


def _one(
    row: PackageRedemption, invoice: Invoice, on: date, now: datetime, by: Membership
) -> RedemptionTakenBack:
    entry = journal.reverse(
        entry=row.entry,
        source=f"redemption:{row.pk}:taken_back",
        entry_date=on,
        memo=f"Package {row.package.reference} taken off {invoice.number}",
        by=by,
    )
    back = RedemptionTakenBack.objects.create(
        redemption=row, taken_back_on=on, entry_id=entry.pk, taken_back_at=now, taken_back_by=by
    )
    events.record(
        Action.PACKAGE_GIVEN_BACK_TO,
        target=row.package,
        touched=[invoice.client_id],
        invoice=invoice.number,
        amount_cents=row.amount.cents,
    )
    return back
