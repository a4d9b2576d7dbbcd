"""Which clients get no statements and reminders, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import LetterHold, LetterHoldEnded
from clients.models import Client
from clients.selectors import families


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as pages show it; ``ended_at`` is None where nobody ended it."""

    pk: UUID
    why: str
    until: date | None
    set_by: str
    set_at: datetime
    ended_by: str
    ended_at: datetime | None
    runs: bool


def running(*, on: date) -> QuerySet[LetterHold]:
    """Return the holds that run on a business date."""
    ended = LetterHoldEnded.objects.filter(hold=OuterRef("pk"))
    lasting = Q(until=None) | Q(until__gte=on)
    return LetterHold.objects.filter(lasting).exclude(Exists(ended))


def reasons(clients: Collection[UUID], *, on: date) -> dict[UUID, str]:
    """Return client → why nothing is sent, of those of some clients who are held back.

    What was set for one record of a person counts for all of them.
    """
    records = families.ids_of(list(clients))
    rows = running(on=on).filter(client__in=records).order_by("set_at", "id")
    of_person = {records[hold.client_id]: str(hold.get_reason_display()) for hold in rows}
    return {pk: of_person[records[pk]] for pk in clients if records[pk] in of_person}


def of(client: Client, *, on: date) -> list[Held]:
    """Return the holds of a client and their other records, the newest first, in two queries."""
    rows = LetterHold.objects.filter(client__in=families.records_of(client))
    found = list(rows.select_related("set_by").order_by("-set_at", "-id"))
    ends = LetterHoldEnded.objects.filter(hold__in=found).select_related("ended_by")
    ended = {end.hold_id: end for end in ends}
    return [_held(row, ended.get(row.pk), on) for row in found]


def _held(row: LetterHold, end: LetterHoldEnded | None, on: date) -> Held:
    return Held(
        pk=row.pk,
        why=str(row.get_reason_display()),
        until=row.until,
        set_by=row.set_by.display_name,
        set_at=row.set_at,
        ended_by=end.ended_by.display_name if end else "",
        ended_at=end.ended_at if end else None,
        runs=end is None and (row.until is None or row.until >= on),
    )
