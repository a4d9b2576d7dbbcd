"""Turning sessions into invoices."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts import keys
from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Invoice, InvoiceLine, InvoiceLineText, Session
from billing.selectors import days, standing
from billing.services import numbers
from ledger.money import ZERO
from ledger.services import journal

TERMS_DAYS = 14
"""An invoice is late from the day after this many days."""


class AlreadyInvoiced(Exception):
    """A session stands on an invoice already."""


class OneClientPerInvoice(Exception):
    """The sessions belong to several clients."""


class NothingToBill(Exception):
    """There are no sessions, or they cost nothing together."""


@transaction.atomic
def issue(
    *,
    sessions: Collection[Session],
    issued_on: date,
    instead_of: Invoice | None = None,
    now: datetime,
    by: Membership,
) -> Invoice:
    """Issue one invoice for sessions of one client, number it without a gap, and post it.

    ``instead_of`` is the invoice that is voided with it, and bills its sessions no more.

    Raises:
        NothingToBill: there are no sessions, or they cost nothing together.
        OneClientPerInvoice: they belong to several clients.
        AlreadyInvoiced: one of them is on an invoice, perhaps since a moment ago.
        journal.PeriodClosed: ``issued_on`` lies in a closed month.
    """
    # The lock comes first: what others billed under it is then seen by the check.
    counter = numbers.lock(numbers.invoices_of(issued_on.year))
    billed = _billable(sessions, instead_of)
    total = sum((session.fee for session in billed), ZERO)
    if not total:
        raise NothingToBill("These sessions cost nothing: there is nothing to bill.")
    invoice_id, client_id = uuid7(), billed[0].client_id
    number = f"{counter.series}-{numbers.take(counter):04}"
    entry = journal.post(
        source=f"invoice:{invoice_id}:issued",
        entry_date=issued_on,
        memo=f"Invoice {number} issued",
        lines=posting.invoice_issued(client=client_id, invoice=invoice_id, total=total),
        by=by,
    )
    invoice = Invoice.objects.create(
        id=invoice_id,
        number=number,
        client_id=client_id,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=TERMS_DAYS),
        total=total,
        line_count=len(billed),
        entry_id=entry.pk,
        issued_at=now,
        issued_by=by,
    )
    _write_lines(invoice, billed)
    events.record(
        Action.INVOICE_ISSUED, target=invoice, touched=[client_id], total_cents=total.cents
    )
    return invoice


def _billable(sessions: Collection[Session], instead_of: Invoice | None) -> list[Session]:
    """Return the sessions in the order in which they took place.

    Raises:
        NothingToBill, OneClientPerInvoice, AlreadyInvoiced: as ``issue`` does.
    """
    if not sessions:
        raise NothingToBill("Pick at least one session.")
    if len({session.client_id for session in sessions}) > 1:
        raise OneClientPerInvoice("An invoice holds the sessions of one client.")
    lines = standing.lines().filter(session__in=sessions).select_related("invoice")
    if instead_of is not None:
        lines = lines.exclude(invoice=instead_of)
    if (line := lines.order_by("invoice__number").first()) is not None:
        raise AlreadyInvoiced(f"A session stands on {line.invoice.number} already.")
    unique = {session.pk: session for session in sessions}
    return sorted(unique.values(), key=lambda session: (session.started_at, session.pk))


def _write_lines(invoice: Invoice, sessions: Sequence[Session]) -> None:
    zone = days.zone()
    lines, texts = [], []
    before = Counter(
        InvoiceLine.objects.filter(session__in=sessions).values_list("session_id", flat=True)
    )
    for position, session in enumerate(sessions, start=1):
        words = _words(session)
        line = InvoiceLine(
            invoice=invoice,
            session=session,
            service_code_id=session.service_code_id,
            position=position,
            turn=before[session.pk] + 1,
            served_on=days.day_of(session.started_at, zone),
            minutes=session.minutes,
            amount=session.fee,
            description_commitment=commitment(words),
        )
        lines.append(line)
        texts.append(InvoiceLineText(line=line, description=words))
    InvoiceLine.objects.bulk_create(lines)
    InvoiceLineText.objects.bulk_create(texts)


def _words(session: Session) -> str:
    """Return what an invoice says of a session; nobody knows who held an imported one."""
    what, who = session.service_code.label, session.therapist
    return what if who.person_id is None else f"{what}, with {who.display_name}"


def commitment(words: str) -> bytes:
    """Return the keyed hash by which an invoice line vouches for its sealed words."""
    return keys.fingerprint(words, purpose="billing.invoice_line")
