"""Voiding an invoice: reversed, still in sight, its sessions billed again at once or later."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing.models import (
    Invoice,
    InvoiceLine,
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
Paid = tuple[Payment, Invoice]
"""A payment, and the invoice that it paid."""


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
    written off it is taken back. Of hours that several pay, all parts are void together.

    The sessions and missed hours of ``again`` are billed anew on the same day, to whoever pays them
    by the rules now, and what paid the old ones pays the new ones as far as it goes; the others
    wait to be billed. A session that a package paid is the package's again, which pays it anew
    where it is billed again. Who took money for the invoice does not leave as much unbilled alone
    as they refund alone: a second person is asked, and nothing changes yet. The same ``key`` again
    returns what it did.

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
    parts = open_invoices.parts_of(invoice)
    for part in parts:
        _require(part, voided_on)
    _require_on(parts, again)
    if (waits := _ask(parts, again, now, by)) is not None:
        return waits
    paid: list[Paid] = []
    entries: list[UUID] = []
    given_back = False
    for part in parts:
        paid += [(payment, part) for payment in _take_off(part, voided_on, now, by)]
        gone = redemptions.take_back(part, taken_back_on=voided_on, now=now, by=by)
        given_back = given_back or bool(gone)
        entries.append(_reverse(part, voided_on, now, by))
    anew = []
    if again:
        anew = invoices.bill(
            sessions=[hour for hour in again if isinstance(hour, Session)],
            missed_fees=[hour for hour in again if isinstance(hour, MissedFee)],
            issued_on=voided_on,
            instead_of=parts,
            use_packages=given_back,
            now=now,
            by=by,
        )
    instead = _in_place(parts, anew)
    rows = {
        part.pk: InvoiceVoided.objects.create(
            invoice=part,
            replacement=instead.get(part.pk),
            reason=reason,
            voided_on=voided_on,
            key=key if part.pk == invoice.pk else uuid5(key, str(part.pk)),
            entry_id=entry,
            voided_at=now,
            voided_by=by,
        )
        for part, entry in zip(parts, entries, strict=True)
    }
    _apply(paid, anew, now, by)
    for part in parts:
        facts: dict[str, Any] = {}
        if (new := instead.get(part.pk)) is not None:
            facts["replacement"] = new.number
        events.record(
            Action.INVOICE_VOIDED,
            target=part,
            touched=[part.client_id],
            reason=str(Reason(reason).label).lower(),
            total_cents=part.total.cents,
            **facts,
        )
    return rows[invoice.pk]


def _require(invoice: Invoice, voided_on: date) -> None:
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


def _require_on(parts: Sequence[Invoice], again: Collection[Session | MissedFee]) -> None:
    lines = InvoiceLine.objects.filter(invoice__in=parts).values_list("session", "missed_fee")
    billed = {pk for pks in lines for pk in pks}
    if any(hour.pk not in billed for hour in again):
        raise NotOnIt(f"Bill only sessions again that stand on {parts[0].number}.")


def _ask(
    parts: Sequence[Invoice], again: Collection[Session | MissedFee], now: datetime, by: Membership
) -> Waiting | None:
    """Ask a second person where the invoice would hide that its money was kept."""
    total = sum((part.total for part in parts), ZERO)
    unbilled = total - sum((not_billed.worth(hour) for hour in again), ZERO)
    if unbilled <= ZERO or not any(of_late.took_money(by, part) for part in parts):
        return None
    # The first part stands for all: whichever of them somebody voids, it is one question.
    first = parts[0]
    answer = approvals.require(
        act=Act.REFUND,
        amount_cents=unbilled.cents,
        already_cents=of_late.gave_back(first.client_id, now=now).cents,
        subject_kind="billing.invoice",
        subject_id=first.pk,
        label=f"{first.number}, voided",
        by=by,
        now=now,
    )
    return answer if isinstance(answer, Waiting) else None


def _reverse(invoice: Invoice, on: date, now: datetime, by: Membership) -> UUID:
    """Take back what was written off an invoice, and its own entry; return what reverses it."""
    for written_off in _written_off(invoice).select_related("entry", "invoice"):
        write_offs.take_back(
            write_off=written_off,
            reason=WriteOffReason.VOIDED,
            taken_back_on=on,
            now=now,
            by=by,
        )
    entry = journal.reverse(
        entry=invoice.entry,
        source=f"invoice:{invoice.pk}:voided",
        entry_date=on,
        memo=f"Invoice {invoice.number} voided",
        by=by,
    )
    return entry.pk


def _in_place(old: Sequence[Invoice], new: Sequence[Invoice]) -> dict[UUID, Invoice]:
    """Return old id → what stands in its place: what the same one pays, else what is left over."""
    by_payer = {each.party_id: each for each in new}
    found = {each.pk: by_payer.pop(each.party_id) for each in old if each.party_id in by_payer}
    rest = [each for each in old if each.pk not in found]
    return found | {each.pk: other for each, other in zip(rest, by_payer.values(), strict=False)}


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


def _apply(
    paid: Collection[Paid], anew: Collection[Invoice], now: datetime, by: Membership
) -> None:
    """Let payments pay new invoices, each with what is left of it: first what the same one is to
    pay. What one of those who pay has paid goes to nobody else's.
    """
    due = {invoice.pk: invoice.total for invoice in anew}
    for payment, old in dict.fromkeys(paid):
        payers = [old.party_id, payment.party_id]
        if payment.party_id is None:
            payers += [invoice.party_id for invoice in anew]
        for payer in dict.fromkeys(payers):
            for invoice in anew:
                share = min(due[invoice.pk], credit.credit_left(payment))
                if invoice.party_id != payer or share <= ZERO:
                    continue
                on = max(invoice.issued_on, since.of_credit(payment, share))
                applications.write(payment, Share(invoice, share), applied_on=on, now=now, by=by)
                due[invoice.pk] -= share
