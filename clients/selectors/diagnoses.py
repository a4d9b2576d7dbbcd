"""Which diagnoses a client has."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Client, Diagnosis
from clients.selectors import diagnosis_codes


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosed:
    """A diagnosis as pages show it. ``warning`` says why it cannot be billed on the day, or ""."""

    pk: UUID
    code: str
    title: str
    rank: int
    starts_on: date
    ends_on: date | None
    added_by: str
    is_over: bool
    is_withdrawn: bool
    warning: str = field(default="")


def of(client: Client, *, on: date) -> list[Diagnosed]:
    """Return a client's diagnoses as on a day: those that last by rank, then what is past."""
    found = list(
        Diagnosis.objects.filter(client=client).select_related("added_by").order_by("rank", "id")
    )
    titles = diagnosis_codes.last_titles({row.code for row in found})
    shown = [_diagnosed(row, titles, on) for row in found]
    return sorted(shown, key=lambda each: (each.is_withdrawn, each.is_over))


def billable(client: Client, *, on: date) -> list[str]:
    """Return the codes, without dots and by rank, that a claim for a day can carry."""
    lasting = reaching(client, on).filter(starts_on__lte=on)
    codes = [row.code for row in lasting.order_by("rank")]
    valid = diagnosis_codes.titles(set(codes), on)
    return [code for code in codes if code in valid]


def billable_by_day(client_ids: Collection[UUID], days: Collection[date]) -> dict[date, list[str]]:
    """Return day → the codes that a claim can carry, as ``billable`` does, in two queries.

    ``client_ids`` are the records of one person.
    """
    standing = Diagnosis.objects.filter(client__in=client_ids, withdrawn_at=None)
    rows = list(standing.order_by("rank", "id"))
    spans = diagnosis_codes.billable_spans({row.code for row in rows})
    found: dict[date, list[str]] = {}
    for day in days:
        lasting = [row.code for row in rows if _holds(row.starts_on, row.ends_on, day)]
        found[day] = [
            code
            for code in dict.fromkeys(lasting)
            if any(_holds(*span, day) for span in spans.get(code, ()))
        ]
    return found


def _holds(starts_on: date, ends_on: date | None, day: date) -> bool:
    return starts_on <= day <= (ends_on or day)


def reaching(client: Client, day: date) -> QuerySet[Diagnosis]:
    """Return the diagnoses that stand on a day or begin later."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=day)
    return Diagnosis.objects.filter(lasting, client=client, withdrawn_at=None)


def _diagnosed(row: Diagnosis, titles: dict[str, str], on: date) -> Diagnosed:
    is_over = row.ends_on is not None and row.ends_on < on
    is_withdrawn = row.withdrawn_at is not None
    is_past = is_over or is_withdrawn
    return Diagnosed(
        pk=row.pk,
        code=diagnosis_codes.dotted(row.code),
        title=titles.get(row.code, ""),
        rank=row.rank,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        added_by=row.added_by.display_name,
        is_over=is_over,
        is_withdrawn=is_withdrawn,
        warning="" if is_past else diagnosis_codes.refusal(row.code, max(on, row.starts_on)),
    )
