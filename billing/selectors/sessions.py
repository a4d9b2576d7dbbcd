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
from billing.selectors import days, not_billed, standing
from clients.selectors import clients
from ledger.money import ZERO, Money

BILLED = Exists(standing.lines().filter(session=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as lists show it; ``name`` is "" for those who see codes only.

    ``is_fee`` says that it is a fee for an hour that was missed; ``package`` which package would
    pay it, in words.
    """

    pk: UUID
    client_id: UUID
    code: str
    name: str
    therapist: str
    on: date
    what: str
    minutes: int
    fee: Money
    discount: Money = ZERO
    is_fee: bool = False
    package: str = ""
    therapist_id: UUID | None = None

    @property
    def listed(self) -> Money:
        """The list fee, in cents."""
        return self.fee + self.discount

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
    """Return those that wait for an invoice: they stand on none, or on void ones only, and none is
    to hold them.
    """
    return sessions.filter(~BILLED, ~not_billed.KEPT_SESSION)


def tally(sessions: QuerySet[Session]) -> Tally:
    """Return how many there are and what they cost together."""
    sums = sessions.aggregate(count=Count("pk"), total=Sum("fee"))
    return Tally(sums["count"], sums["total"] or ZERO)


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
            discount=session.discount,
            therapist_id=session.therapist_id,
        )
        for session in shown
    ]
