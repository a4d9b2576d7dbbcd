"""How packages end: what is left expires (J12), or is given back by the formula (J13)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    Invoice,
    Package,
    PackageBackReason,
    PackageEnd,
    PackageEndTakenBack,
    UnapplyReason,
)
from billing.selectors import invoices, package_ends, packages, standing
from billing.services import applications, numbers, package_approvals
from billing.services.applications import Share
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Waiting", "expire", "expire_one", "give_back", "take_back"]

Kind = PackageEnd.Kind
BackReason = PackageBackReason


class AlreadyEnded(Exception):
    """The package has ended, or its invoice is void."""


class NothingLeft(Exception):
    """Every session of the package is used."""


class NotExpired(Exception):
    """Its sessions do not expire, or not yet."""


class Changed(Exception):
    """What would end is not any more what was shown."""


class BeforeItWas(Exception):
    """Something would be done on a day before what it is about."""


class KeyReused(Exception):
    """Another package was ended under this key."""


class AlreadyTakenBack(Exception):
    """The end was taken back before."""


@transaction.atomic
def give_back(
    *,
    package: Package,
    shown: Money,
    ended_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> PackageEnd | Waiting:
    """End a package by its formula: the price less what the used sessions count. The invoice of the
    package is lower by that, and what had paid it is the client's credit again, which is given
    back like any credit or kept. ``shown`` is what was agreed to, in cents.

    Who took money for the package could keep it so and say that it was given back: above what one
    refunds alone, with what went back to the client of late, a second person is asked, as for the
    void of its invoice, and nothing changes yet. The same ``key`` again returns the end that it
    has.

    Raises:
        AskedBySomebodyElse: another person waits for an answer about the package.
        AlreadyEnded, NothingLeft: there is nothing to end.
        Changed: by now it would be another amount.
        BeforeItWas: before the sale, a session that was paid, or what is taken off the invoice.
        KeyReused: the key belongs to another package.
        journal.PeriodClosed: the day lies in a closed month.
    """
    # The lock comes first: no session is paid, and nothing of the invoice, meanwhile.
    numbers.lock(numbers.RECEIPTS)
    if (known := _known(package, key)) is not None:
        return known
    _require(package)
    rest = package_ends.preview(package)
    if rest.credited != shown:
        raise Changed(
            f"By now it would be {rest.credited.dollars}, and {shown.dollars} was shown. Look at it"
            " again."
        )
    if ended_on < rest.not_before:
        raise BeforeItWas(
            f"Choose {rest.not_before:%b %-d, %Y} or later, when all of it was there."
        )
    if (waiting := package_approvals.ask(package, rest, now=now, by=by)) is not None:
        return waiting
    lacks = rest.credited - invoices.balance_due(rest.invoice)
    _free(rest.invoice, lacks, ended_on, now, by)
    return _write(package, Kind.REFUNDED, rest, ended_on=ended_on, key=key, now=now, by=by)


@transaction.atomic
def expire(
    *, picked: Collection[UUID], shown: Money, on: date, key: UUID, now: datetime, by: Membership
) -> list[PackageEnd]:
    """Let what is left of the picked packages expire: all of them, for exactly the sum that was
    shown in cents, or none. The same ``key`` again returns what it has.

    Raises:
        Changed: by now it would be another sum, or nothing.
        journal.PeriodClosed: ``on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    keys = [uuid5(key, str(pk)) for pk in picked]
    if known := list(PackageEnd.objects.filter(key__in=keys)):
        return known
    found = packages.run_out(today=on, among=Package.objects.filter(pk__in=picked))
    total = sum((each.amount for each in found), ZERO)
    if total != shown or not found:
        raise Changed(
            f"Meanwhile something was used or given back: it would be {total.dollars} now, and"
            f" {shown.dollars} was shown. Look at it again."
        )
    return [_expire(each.package, on, uuid5(key, str(each.package.pk)), now, by) for each in found]


@transaction.atomic
def expire_one(*, package: Package, on: date, now: datetime, by: Membership) -> PackageEnd | None:
    """Let a package expire if that is due by ``on``, the practice's own day; else None.

    The key is the package's own, so that it happens once by itself, whoever tries and however
    often: what somebody took back stays until somebody ends it.

    Raises:
        journal.PeriodClosed: the month of ``on`` is closed.
    """
    numbers.lock(numbers.RECEIPTS)
    key = uuid5(package.pk, "expired")
    if PackageEnd.objects.filter(key=key).exists():
        return None
    if not packages.run_out(today=on, among=Package.objects.filter(pk=package.pk)):
        return None
    return _expire(package, on, key, now, by)


@transaction.atomic
def take_back(
    *, end: PackageEnd, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> PackageEndTakenBack:
    """Let a package go on by a reversing entry: what was left of it is prepaid again, and its
    invoice open by what it had been lower.

    Raises:
        AlreadyTakenBack: it was taken back before.
        BeforeItWas: the day is before the end's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    package = end.package
    if PackageEndTakenBack.objects.filter(end=end).exists():
        raise AlreadyTakenBack(f"{package.reference} goes on already.")
    if taken_back_on < end.ended_on:
        raise BeforeItWas("Choose a day that is not before the package ended.")
    entry = journal.reverse(
        entry=end.entry,
        source=f"package:{package.pk}:{end.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Package {package.reference} goes on",
        by=by,
    )
    taken_back = PackageEndTakenBack.objects.create(
        end=end,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.PACKAGE_GOES_ON,
        target=package,
        touched=[package.client_id],
        reason=str(BackReason(reason).label).lower(),
        amount_cents=end.left.cents,
    )
    return taken_back


def _known(package: Package, key: UUID) -> PackageEnd | None:
    known = PackageEnd.objects.filter(key=key).first()
    if known is not None and known.package_id != package.pk:
        raise KeyReused("This form was sent before, for another package. Open it anew.")
    return known


def _require(package: Package) -> None:
    if not packages.running(Package.objects.filter(pk=package.pk)).exists():
        raise AlreadyEnded(f"{package.reference} has ended already, or its invoice is void.")
    if not packages.left_of([package])[package.pk].sessions:
        raise NothingLeft(f"Every session of {package.reference} is used.")


def _free(invoice: Invoice, lacks: Money, on: date, now: datetime, by: Membership) -> None:
    """Take as much off an invoice as it lacks to be open by, what was applied last first."""
    rows = standing.applications().filter(invoice=invoice).order_by("-applied_on", "-id")
    for row in rows.select_related("payment", "invoice", "entry"):
        if lacks <= ZERO:
            break
        part = min(lacks, row.amount)
        applications.take_back(
            application=row, reason=UnapplyReason.REFUNDED, taken_back_on=on, now=now, by=by
        )
        if rest := row.amount - part:
            applications.write(row.payment, Share(invoice, rest), applied_on=on, now=now, by=by)
        lacks -= part


def _expire(package: Package, on: date, key: UUID, now: datetime, by: Membership) -> PackageEnd:
    rest = package_ends.expired(package)
    return _write(package, Kind.EXPIRED, rest, ended_on=on, key=key, now=now, by=by)


def _write(
    package: Package,
    kind: PackageEnd.Kind,
    rest: package_ends.Rest,
    *,
    ended_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> PackageEnd:
    end_id = uuid7()
    done = "expired" if kind == Kind.EXPIRED else "given back"
    entry = journal.post(
        source=f"package:{package.pk}:{end_id}:ended",
        entry_date=ended_on,
        memo=f"Package {package.reference} {done}",
        lines=posting.package_ended(
            client=package.client_id,
            invoice=rest.invoice.pk,
            package=package.pk,
            left=rest.left,
            credited=rest.credited,
        ),
        by=by,
    )
    end = PackageEnd.objects.create(
        id=end_id,
        package=package,
        kind=kind,
        unused=rest.unused,
        left=rest.left,
        formula=rest.formula,
        credited=rest.credited,
        ended_on=ended_on,
        key=key,
        entry_id=entry.pk,
        ended_at=now,
        ended_by=by,
    )
    action = Action.PACKAGE_EXPIRED if kind == Kind.EXPIRED else Action.PACKAGE_REFUNDED
    events.record(
        action,
        target=package,
        touched=[package.client_id],
        count=rest.unused,
        amount_cents=(rest.left if kind == Kind.EXPIRED else rest.credited).cents,
    )
    return end
