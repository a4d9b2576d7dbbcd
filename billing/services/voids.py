"""Voiding an invoice: reversed, still in sight, its sessions billed again at once or later."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing.models import (
    Invoice,
    InvoiceVoided,
    MissedFee,
    Payment,
    PaymentApplication,
    Session,
    UnapplyReason,
    VoidReason,
    WriteOff,
    WriteOffReason,
)
from billing.selectors import invoices as open_invoices
from billing.selectors import of_late, since, standing
from billing.selectors import payments as credit
from billing.services import (
    applications,
    invoices,
    not_billed,
    numbers,
    redemptions,
    write_offs,
)
from billing.services.applications import Share
from ledger.money import ZERO
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Reason", "Waiting", "void"]

Reason = VoidReason


class AlreadyVoid(Exception):
    """The invoice was voided before."""


class NotOnIt(Exception):
    """Something that is to be billed again does not stand on the invoice."""


class BeforeItWas(Exception):
    """The invoice would be void on a day before it was issued, or before something paid it."""


class PackageUsed(Exception):
    """The invoice sold a package that is used or has ended."""


class KeyReused(Exception):
    """Another invoice was voided under this key."""


@transaction.atomic
def void(
    *,
    invoice: Invoice,
    reason: str,
    voided_on: date,
    again: Collection[Session | MissedFee] = (),
    key: UUID,
    now: datetime,
    by: Membership,
) -> InvoiceVoided | Waiting:
    """Void an invoice by a reversing entry. What paid it is the client's credit again, and what was
    written off it is taken back.

    The sessions and missed hours of ``again`` are billed by a new invoice of the same day, which
    what paid the old one pays as far as it goes; the others wait to be billed. A session that a
    package paid is the package's again, which pays it anew where it is billed again. Who took money
    for the invoice does not leave as much unbilled alone as they refund alone: a second person is
    asked, and nothing changes yet. The same ``key`` again returns what it did.

    Raises:
        AlreadyVoid: it was voided before.
        NotOnIt: one of ``again`` does not stand on it.
        BeforeItWas: before the invoice's own day, or before what met it, or no longer met it.
        PackageUsed: it sold a package of which a session is used, or that has ended.
        redemptions.PackageOver: a package that paid a session of it has ended.
        KeyReused: the key belongs to another invoice.
        AskedBySomebodyElse: another person waits for an answer about the invoice.
        invoices.NothingToBill: those of ``again`` cost nothing together.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if (known := InvoiceVoided.objects.filter(key=key).first()) is not None:
        if known.invoice_id != invoice.pk:
            raise KeyReused("This form was sent before, for another invoice. Open it anew.")
        return known
    _require(invoice, voided_on, again)
    if (waits := _ask(invoice, again, now, by)) is not None:
        return waits
    payments = _take_off(invoice, voided_on, now, by)
    given_back = redemptions.take_back(invoice, taken_back_on=voided_on, now=now, by=by)
    for written_off in _written_off(invoice).select_related("entry", "invoice"):
        write_offs.take_back(
            write_off=written_off,
            reason=WriteOffReason.VOIDED,
            taken_back_on=voided_on,
            now=now,
            by=by,
        )
    entry = journal.reverse(
        entry=invoice.entry,
        source=f"invoice:{invoice.pk}:voided",
        entry_date=voided_on,
        memo=f"Invoice {invoice.number} voided",
        by=by,
    )
    anew = None
    if again:
        anew = invoices.issue(
            sessions=[hour for hour in again if isinstance(hour, Session)],
            missed_fees=[hour for hour in again if isinstance(hour, MissedFee)],
            issued_on=voided_on,
            instead_of=invoice,
            use_packages=bool(given_back),
            now=now,
            by=by,
        )
    voided = InvoiceVoided.objects.create(
        invoice=invoice,
        replacement=anew,
        reason=reason,
        voided_on=voided_on,
        key=key,
        entry_id=entry.pk,
        voided_at=now,
        voided_by=by,
    )
    facts: dict[str, Any] = {}
    if anew is not None:
        _apply(payments, anew, now, by)
        facts["replacement"] = anew.number
    events.record(
        Action.INVOICE_VOIDED,
        target=invoice,
        touched=[invoice.client_id],
        reason=str(Reason(reason).label).lower(),
        total_cents=invoice.total.cents,
        **facts,
    )
    return voided


def _require(invoice: Invoice, voided_on: date, again: Collection[Session | MissedFee]) -> None:
    if InvoiceVoided.objects.filter(invoice=invoice).exists():
        raise AlreadyVoid(f"{invoice.number} was voided already.")
    applied = _applied(invoice).values_list("applied_on", flat=True)
    written_off = _written_off(invoice).values_list("written_off_on", flat=True)
    open_since = since.of_debt(invoice, open_invoices.balance_due(invoice))
    packaged = standing.redemptions().filter(line__invoice=invoice)
    redeemed = packaged.values_list("redeemed_on", flat=True)
    sold = standing.packages().filter(lines__invoice=invoice)
    over, used = standing.package_ends(), standing.redemptions()
    kept = sold.filter(Q(pk__in=over.values("package")) | Q(pk__in=used.values("package")))
    if (package := kept.first()) is not None:
        raise PackageUsed(f"{package} is used, or has ended. Give back what is left of it instead.")
    prepaid = [since.of_package(package, package.price) for package in sold]
    first = max([open_since, *applied, *written_off, *redeemed, *prepaid])
    if voided_on < first:
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when all that is undone was there.")
    billed = {pk for pks in invoice.lines.values_list("session", "missed_fee") for pk in pks}
    if any(hour.pk not in billed for hour in again):
        raise NotOnIt(f"Bill only sessions again that stand on {invoice.number}.")


def _ask(
    invoice: Invoice, again: Collection[Session | MissedFee], now: datetime, by: Membership
) -> Waiting | None:
    """Ask a second person where the invoice would hide that its money was kept."""
    unbilled = invoice.total - sum((not_billed.worth(hour) for hour in again), ZERO)
    if unbilled <= ZERO or not of_late.took_money(by, invoice):
        return None
    answer = approvals.require(
        act=Act.REFUND,
        amount_cents=unbilled.cents,
        already_cents=of_late.gave_back(invoice.client_id, now=now).cents,
        subject_kind="billing.invoice",
        subject_id=invoice.pk,
        label=f"{invoice.number}, voided",
        by=by,
        now=now,
    )
    return answer if isinstance(answer, Waiting) else None


def _applied(invoice: Invoice) -> QuerySet[PaymentApplication]:
    return standing.applications().filter(invoice=invoice)


def _written_off(invoice: Invoice) -> QuerySet[WriteOff]:
    return standing.write_offs().filter(invoice=invoice)


def _take_off(invoice: Invoice, on: date, now: datetime, by: Membership) -> list[Payment]:
    """Take everything that pays an invoice off it; return those payments in their order."""
    payments = []
    for application in (
        _applied(invoice).select_related("payment", "invoice", "entry").order_by("id")
    ):
        applications.take_back(
            application=application,
            reason=UnapplyReason.VOIDED,
            taken_back_on=on,
            now=now,
            by=by,
        )
        payments.append(application.payment)
    return payments


def _apply(payments: Collection[Payment], invoice: Invoice, now: datetime, by: Membership) -> None:
    """Let payments pay an invoice, each with what is left of it."""
    due = invoice.total
    for payment in dict.fromkeys(payments):
        share = min(due, credit.credit_left(payment))
        if share > ZERO:
            on = max(invoice.issued_on, since.of_credit(payment, share))
            applications.write(payment, Share(invoice, share), applied_on=on, now=now, by=by)
            due -= share
