"""Reads of sessions, and which of them wait for an invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.urls import reverse

from accounts.models import Membership
from billing.models import Session
from billing.selectors import days, standing
from clients.selectors import clients
from ledger.money import ZERO, Money

BILLED = Exists(standing.lines().filter(session=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as lists show it; ``name`` is "" for those who see codes only."""

    pk: UUID
    client_id: UUID
    code: str
    name: str
    therapist: str
    on: date
    what: str
    minutes: int
    fee: Money

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.client_id])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sessions, and their fees in cents."""

    count: int
    total: Money


def visible_to(
    member: Membership, *, on: date, permissions: clients.Permissions | None = None
) -> QuerySet[Session]:
    """Return the sessions of the clients whom a member may see on a business date."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return Session.objects.filter(client__in=seen)


def unbilled(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Return those that stand on no invoice, or on void ones only."""
    return sessions.filter(~BILLED)


def tally(sessions: QuerySet[Session]) -> Tally:
    """Return how many there are and what they cost together."""
    sums = sessions.aggregate(count=Count("pk"), total=Sum("fee"))
    return Tally(sums["count"], sums["total"] or ZERO)


def by_therapist(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Order sessions by therapist and then as they took place."""
    return sessions.select_related("service_code", "therapist").order_by(
        "therapist__display_name", "therapist_id", "started_at", "id"
    )


def rows(
    sessions: Iterable[Session], *, zone: ZoneInfo, permissions: clients.Permissions
) -> list[SessionRow]:
    """Return sessions as lists show them, in their order, with one query for all clients."""
    shown = list(sessions)
    people = clients.shown({session.client_id for session in shown}, permissions=permissions)
    return [
        SessionRow(
            pk=session.pk,
            client_id=session.client_id,
            code=people[session.client_id].code,
            name=people[session.client_id].name,
            therapist=session.therapist.display_name,
            on=days.day_of(session.started_at, zone),
            what=f"{session.service_code.label} ({session.service_code.code})",
            minutes=session.minutes,
            fee=session.fee,
        )
        for session in shown
    ]
