"""What may not be told about a client. Whatever leaves the practice asks here first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from clients.models import Client, Restriction
from clients.selectors import families

Kind = Restriction.Kind


class Purpose(StrEnum):
    """To whom something would be told. The client has a right to their own record
    (45 CFR 164.524), so nothing blocks what goes to them, and no purpose stands for it.
    """

    PAYER = "PAYER"
    """A health plan: claims, eligibility, a superbill sent to it."""
    PARTY = "PARTY"
    """Somebody else who is responsible for the client's costs."""
    EXCHANGE = "EXCHANGE"
    """Another system that is told who somebody is."""
    PROGRAM = "PROGRAM"
    """Another system that is told what was done and what it cost. Nobody here sees whether it
    passes that on to a plan, so what plans are not told is not told to it either."""
    EXPORT = "EXPORT"
    """A file for somebody outside the practice."""


EVERYBODY = frozenset(Purpose)

BLOCKED: dict[str, frozenset[Purpose]] = {
    Kind.PAID_IN_FULL: frozenset({Purpose.PAYER, Purpose.PROGRAM}),
    Kind.PART_2: EVERYBODY,
    Kind.NO_DISCLOSURE: EVERYBODY,
}
"""What each kind keeps from whom: 45 CFR 164.522(a)(1)(vi), 42 CFR 2.13 and 2.31, and
45 CFR 164.522(a)(1)(iii), which holds the practice to what it has agreed to."""

LIFTED_BY_CONSENT = frozenset({Kind.PART_2})
"""42 CFR 2.31: a written consent lets it be told. The others end by the client's word only."""

WORDS = {
    Kind.PAID_IN_FULL: "was paid in full and is not told to the health plan",
    Kind.PART_2: "is protected by 42 CFR Part 2 and needs a written consent",
    Kind.NO_DISCLOSURE: "is not disclosed, as agreed with the client",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A restriction as pages show it."""

    pk: UUID
    kind: str
    label: str
    starts_on: date | None
    ends_on: date | None
    set_by: str
    set_at: datetime
    ended_by: str
    ended_at: datetime | None


def blocks(
    client: Client | UUID, *, purpose: Purpose, on: date | None = None, is_consented: bool = False
) -> list[Restriction]:
    """Return the restrictions that keep something about a client from being told; [] if it may.

    ``on`` is the day of service; without it every restriction that runs counts. A written consent
    (``is_consented``) opens a record under 42 CFR Part 2, and nothing else. What was set for one
    record of a person counts for all of them.
    """
    client_id = client.pk if isinstance(client, Client) else client
    running = _running(purpose, is_consented).filter(client__in=families.ids_of([client_id]))
    if on is not None:
        running = running.filter(
            Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on)
        )
    return list(running.order_by("set_at", "id"))


def blocked(
    clients: Collection[UUID], *, purpose: Purpose, is_consented: bool = False
) -> frozenset[UUID]:
    """Return those of several clients about whom something is kept back, whatever its day."""
    records = families.ids_of(list(clients))
    running = _running(purpose, is_consented).filter(client__in=records)
    people = {records[client_id] for client_id in running.values_list("client", flat=True)}
    return frozenset(pk for pk in clients if records[pk] in people)


def keeps_back(purpose: Purpose, *, client: str = "client", on: str = "") -> Exists:
    """Return the condition that something about the client of a row is kept back.

    ``client`` is the row's way to its client, "" for a client's own row; ``on`` the row's day of
    service, without which every restriction that runs counts.
    """
    person = Coalesce(
        OuterRef(f"{client}__merged_into".removeprefix("__")), OuterRef(client or "pk")
    )
    running = _running(purpose, is_consented=False).alias(
        person=Coalesce("client__merged_into", "client")
    )
    if on:
        running = running.filter(
            Q(starts_on=None) | Q(starts_on__lte=OuterRef(on)),
            Q(ends_on=None) | Q(ends_on__gte=OuterRef(on)),
        )
    return Exists(running.filter(person=person))


def labels(clients: Collection[UUID], *, purpose: Purpose) -> dict[UUID, list[str]]:
    """Return for each of several clients the rules that keep something back, in words."""
    records = families.ids_of(list(clients))
    rows = _running(purpose, is_consented=False).filter(client__in=records)
    of_person: dict[UUID, set[str]] = {}
    for client_id, kind in rows.values_list("client", "kind"):
        of_person.setdefault(records[client_id], set()).add(str(Kind(kind).label))
    return {pk: sorted(of_person.get(records[pk], ())) for pk in clients}


def of(client: Client) -> list[Shown]:
    """Return a client's restrictions: those that block first, then those of before; those that
    were set for a record merged with this one too.
    """
    records = families.records_of(client)
    found = Restriction.objects.filter(client__in=records).select_related("set_by", "ended_by")
    rows = sorted(found, key=lambda row: (row.ended_at is not None, row.set_at, row.pk))
    return [
        Shown(
            pk=row.pk,
            kind=row.kind,
            label=row.get_kind_display(),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            set_by=row.set_by.display_name,
            set_at=row.set_at,
            ended_by=row.ended_by.display_name if row.ended_by else "",
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def _running(purpose: Purpose, is_consented: bool) -> QuerySet[Restriction]:
    kinds = [kind for kind, kept_from in BLOCKED.items() if purpose in kept_from]
    if is_consented:
        kinds = [kind for kind in kinds if kind not in LIFTED_BY_CONSENT]
    return Restriction.objects.filter(kind__in=kinds, ended_at=None)
