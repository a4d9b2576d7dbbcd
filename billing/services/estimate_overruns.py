"""That an invoice was issued although it goes far above an estimate."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import EstimateOverrun, Invoice
from billing.selectors.estimate_meters import Meter


def note(
    *, invoice: Invoice, above: Collection[Meter], reason: str, now: datetime, by: Membership
) -> None:
    """Write down of each meter that an invoice brings far above its estimate why that is."""
    for meter in above:
        row = EstimateOverrun.objects.create(
            invoice=invoice,
            estimate=meter.estimate,
            therapist_id=meter.therapist_id,
            over=meter.over,
            reason=reason,
            noted_at=now,
            noted_by=by,
        )
        events.record(
            Action.ESTIMATE_EXCEEDED,
            target=invoice,
            touched=[invoice.client_id],
            estimate=meter.estimate.number,
            over_cents=meter.over.cents,
            reason=str(row.get_reason_display()).lower(),
        )
