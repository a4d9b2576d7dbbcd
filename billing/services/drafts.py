"""An invoice before it is written: numbered and posted at once, with its lines after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Counter as Series
from billing.models import Invoice, SplitBilling
from billing.services import numbers
from ledger.money import Money
from ledger.services import journal
from ledger.services.journal import Line

TERMS_DAYS = 14
"""An invoice is late from the day after this many days."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an invoice says of itself; ``series`` is its locked one, and ``total`` in cents.

    ``party_id`` is who is to pay it, None for the client; ``split`` is what it is a part of.
    """

    id: UUID
    series: Series
    client_id: UUID
    issued_on: date
    total: Money
    line_count: int
    terms_from: date | None = None
    party_id: UUID | None = None
    split: SplitBilling | None = None


def write(draft: Draft, posted: Sequence[Line], *, now: datetime, by: Membership) -> Invoice:
    """Number and post an invoice, whose lines are written after it in the same transaction."""
    number = f"{draft.series.series}-{numbers.take(draft.series):04}"
    entry = journal.post(
        source=f"invoice:{draft.id}:issued",
        entry_date=draft.issued_on,
        memo=f"Invoice {number} issued",
        lines=posted,
        by=by,
    )
    invoice = Invoice.objects.create(
        id=draft.id,
        number=number,
        client_id=draft.client_id,
        party_id=draft.party_id,
        split=draft.split,
        issued_on=draft.issued_on,
        due_on=(draft.terms_from or draft.issued_on) + timedelta(days=TERMS_DAYS),
        total=draft.total,
        line_count=draft.line_count,
        entry_id=entry.pk,
        issued_at=now,
        issued_by=by,
    )
    events.record(
        Action.INVOICE_ISSUED,
        target=invoice,
        touched=[draft.client_id],
        total_cents=draft.total.cents,
    )
    return invoice
