"""How often who is billed: a client's own rhythm, or the practice's, as it counted on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from billing.models import BillingCycle, Rhythm

KEPT = Coalesce("client__merged_into_id", "client_id")
"""The record that says how often somebody is billed: of a merged one, the one who is kept."""


def practice_rhythm(*, on: date) -> Rhythm:
    """Return how often the practice bills on a business date; by hand until it says otherwise."""
    row = _started(on).filter(client=None).first()
    return Rhythm(row.rhythm) if row else Rhythm.BY_HAND


def rhythm_of(client_id: UUID, *, on: date) -> Rhythm:
    """Return how often a client who is kept is billed on a business date."""
    row = _started(on).filter(client=client_id).first()
    if row is None or row.rhythm == Rhythm.PRACTICE:
        return practice_rhythm(on=on)
    return Rhythm(row.rhythm)


def billed_in(rows: QuerySet[Any], rhythm: Rhythm, *, on: date) -> QuerySet[Any]:
    """Return those of some rows with a ``client`` who are billed in a rhythm on a date."""
    own = _started(on).filter(client=OuterRef("whose")).values("rhythm")[:1]
    wanted = Q(own=rhythm)
    if practice_rhythm(on=on) == rhythm:
        wanted |= Q(own=None) | Q(own=Rhythm.PRACTICE)
    chosen: QuerySet[Any] = rows.alias(whose=KEPT).alias(own=Subquery(own)).filter(wanted)
    return chosen


def in_use(*, on: date) -> list[Rhythm]:
    """Return the rhythms that the practice or a client has set by a date, as they are listed."""
    used = set(BillingCycle.objects.filter(starts_on__lte=on).values_list("rhythm", flat=True))
    return [rhythm for rhythm in Rhythm if rhythm in used]


@dataclass(frozen=True, slots=True)
class CycleRow:
    """A rhythm as a page shows it; ``state`` is a word of the badges."""

    rhythm: str
    starts_on: date
    set_by: str
    state: str


def rows(client_id: UUID | None, *, on: date) -> list[CycleRow]:
    """Return what a client, or the practice, has set, the last to start first."""
    found = BillingCycle.objects.filter(client=client_id).select_related("set_by")
    made: list[CycleRow] = []
    for row in found.order_by("-starts_on", "-set_at", "-id"):
        if row.starts_on in [each.starts_on for each in made]:
            state = "replaced"
        elif row.starts_on > on:
            state = "ahead"
        else:
            state = "ended" if any(each.state == "active" for each in made) else "active"
        made.append(
            CycleRow(row.get_rhythm_display(), row.starts_on, row.set_by.display_name, state)
        )
    return made


def _started(on: date) -> QuerySet[BillingCycle]:
    """Return what has started by a day, the one that counts first."""
    rows = BillingCycle.objects.filter(starts_on__lte=on)
    return rows.order_by("-starts_on", "-set_at", "-id")


def last_set(client_id: UUID | None, *, starts_on: date) -> str:
    """Return what a client, or the practice, has set for exactly this day last; "" if nothing."""
    found = BillingCycle.objects.filter(client=client_id, starts_on=starts_on)
    return found.order_by("-set_at", "-id").values_list("rhythm", flat=True).first() or ""
