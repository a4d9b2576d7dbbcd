"""What an estimate begins with: what is planned, at the client's own rate."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.models import Appointment, ServiceCode
from billing.models.estimate import ITEMS_MAX
from billing.selectors import appointments, days, prices
from clients.models import Client
from clients.selectors import assignments, families
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class LikelyItem:
    """A service by somebody, how often it is planned, and what each costs this client."""

    therapist_id: UUID | None
    service_code: ServiceCode | None
    times: int | None
    charge: Money | None


@dataclass(frozen=True, slots=True)
class Likely:
    """What an estimate begins with; ``until`` is None where nothing is planned."""

    since: date
    until: date | None
    items: list[LikelyItem]

    @property
    def primary(self) -> str:
        """The label of what is planned most often."""
        planned = [item for item in self.items if item.service_code and item.times]
        most = max(planned, key=lambda item: item.times or 0, default=None)
        return most.service_code.label if most and most.service_code else ""


def of(client: Client, *, last: date, today: date) -> Likely:
    """Return what is planned with a client from ``today`` to ``last``, item by item.

    Where nothing is planned there is one item, with the client's only therapist.
    """
    zone = days.zone()
    begins, _ = days.bounds(today, zone)
    _, ends = days.bounds(last, zone)
    planned = appointments.waiting(
        Appointment.objects.filter(
            client__in=families.records_of(client), starts_at__gte=begins, starts_at__lt=ends
        )
    )
    rows = list(planned.select_related("therapist", "service_code").order_by("starts_at", "id"))
    if not rows:
        alone = assignments.only_therapist(client, on=today)
        return Likely(today, None, [LikelyItem(alone, None, None, None)])
    found: dict[tuple[object, object], list[Appointment]] = {}
    for row in rows:
        found.setdefault((row.therapist_id, row.service_code_id), []).append(row)
    return Likely(
        days.day_of(rows[0].starts_at, zone),
        days.day_of(rows[-1].starts_at, zone),
        [_item(client, group, today) for group in list(found.values())[:ITEMS_MAX]],
    )


def _item(client: Client, rows: list[Appointment], today: date) -> LikelyItem:
    first = rows[0]
    price = prices.of(client, first.service_code, on=today)
    return LikelyItem(
        first.therapist_id, first.service_code, len(rows), price.fee if price else None
    )
