"""The work list of what waits for an invoice: sessions, and fees for hours that were missed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Count, F, Q, QuerySet, Sum, Value

from accounts.models import Membership
from billing.models import MissedFee, NotBilled, OutcomeTakenBack, Session
from billing.selectors import add_ons, days, missed, sessions
from billing.selectors.sessions import SessionRow, Tally
from clients.selectors import clients
from ledger.money import ZERO


@dataclass(frozen=True, slots=True)
class Work:
    """What waits of some clients: two querysets, counted and listed as one."""

    sessions: QuerySet[Session]
    fees: QuerySet[MissedFee]

    def tally(self) -> Tally:
        """Return how many wait, and what they come to, in cents."""
        held = sessions.tally(self.sessions)
        sums = self.fees.aggregate(count=Count("pk"), total=Sum("amount"))
        return Tally(held.count + sums["count"], held.total + (sums["total"] or ZERO))

    def keys(self) -> QuerySet[Any]:
        """Return (id, is a fee, …) of everything, by therapist and then as it took place."""
        held = self.sessions.order_by().annotate(
            is_fee=Value(False, output_field=BooleanField()),
            who=F("therapist__display_name"),
            at=F("started_at"),
        )
        missing = self.fees.order_by().annotate(
            is_fee=Value(True, output_field=BooleanField()),
            who=F("therapist__display_name"),
            at=F("outcome__appointment__starts_at"),
        )
        columns = ("pk", "is_fee", "who", "therapist_id", "at")
        both = held.values_list(*columns).union(missing.values_list(*columns), all=True)
        return both.order_by("who", "therapist_id", "at", "pk")


def visible_to(member: Membership, *, on: date, permissions: clients.Permissions) -> Work:
    """Return what waits of the clients whom a member may see on a business date."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return Work(
        sessions.unbilled(Session.objects.filter(client__in=seen)),
        missed.unbilled().filter(client__in=seen),
    )


def of_clients(ids: Collection[UUID]) -> Work:
    """Return what waits of some records."""
    return Work(
        sessions.unbilled(Session.objects.filter(client__in=ids)),
        missed.unbilled().filter(client__in=ids),
    )


def rows(
    keys: Iterable[tuple[Any, ...]], *, zone: ZoneInfo, permissions: clients.Permissions
) -> list[SessionRow]:
    """Return what some ``Work.keys`` stand for, in their order, in four queries."""
    wanted = list(keys)
    related = ("service_code", "therapist")
    held = Session.objects.filter(pk__in=[key[0] for key in wanted if not key[1]])
    fees = MissedFee.objects.filter(pk__in=[key[0] for key in wanted if key[1]])
    found = sessions.rows(held.select_related(*related), zone=zone, permissions=permissions)
    found += fee_rows(fees.select_related(*related), permissions=permissions)
    of_id = {row.pk: row for row in found}
    return [of_id[key[0]] for key in wanted if key[0] in of_id]


def fee_rows(fees: Iterable[MissedFee], *, permissions: clients.Permissions) -> list[SessionRow]:
    """Return fees for missed hours as lists show them, in their order."""
    shown = list(fees)
    people = clients.shown({fee.client_id for fee in shown}, permissions=permissions)
    return [
        SessionRow(
            pk=fee.pk,
            client_id=fee.client_id,
            code=people[fee.client_id].code,
            name=people[fee.client_id].name,
            therapist=fee.therapist.display_name,
            on=fee.missed_on,
            what=fee.service_code.label,
            minutes=0,
            fee=fee.amount,
            is_fee=True,
        )
        for fee in shown
    ]


def everybody(first: date, last: date, zone: ZoneInfo) -> Work:
    """Return what took place, or should have, on one of these business dates, of every client."""
    begin, _ = days.bounds(first, zone)
    _, end = days.bounds(last, zone)
    return Work(
        sessions.unbilled(Session.objects.filter(started_at__gte=begin, started_at__lt=end)),
        missed.unbilled().filter(missed_on__range=(first, last)),
    )


def _mistaken(ids: Collection[UUID]) -> set[UUID]:
    """Return which sessions and fees were brought by an outcome that was taken back, and which are
    add-ons, that are added anew instead.
    """
    back = OutcomeTakenBack.objects.filter(
        Q(outcome__session__in=ids) | Q(outcome__missed_fees__in=ids)
    )
    pairs = back.values_list("outcome__session_id", "outcome__missed_fees__pk")
    return {pk for pair in pairs for pk in pair if pk} | set(add_ons.primaries_of(ids))


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Something that is not billed, as lists show it."""

    pk: UUID
    hour: SessionRow
    reason: str
    decided_at: datetime
    decided_by: str
    may_be_billed: bool


def kept_rows(
    kept: Iterable[NotBilled], *, zone: ZoneInfo, permissions: clients.Permissions
) -> list[KeptRow]:
    """Return what is not billed as lists show it, in their order."""
    shown = list(kept)
    ids = [(row.hour.pk, row.session_id is None) for row in shown]
    of_id = {row.pk: row for row in rows(ids, zone=zone, permissions=permissions)}
    mistaken = _mistaken([pk for pk, _ in ids])
    return [
        KeptRow(
            row.pk,
            of_id[pk],
            row.get_reason_display(),
            row.decided_at,
            row.decided_by.display_name,
            pk not in mistaken,
        )
        for row, (pk, _) in zip(shown, ids, strict=True)
    ]
