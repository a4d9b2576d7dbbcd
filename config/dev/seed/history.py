"""Some months of billing of one demo practice, written through the product's own services."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from billing.models import ServiceCode, Session
from billing.selectors import days, prices, service_codes
from billing.services import invoices, payments, sessions
from clients.models import Client
from clients.services import assignments, parties, restrictions
from clients.services import clients as client_services
from clients.splits import Share
from config.dev.seed import hours, records, story
from ledger.money import Money

METHODS = (payments.Method.CASH, payments.Method.CHECK)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever writes the history, and the wall clock they write it by."""

    front_desk: Membership
    therapists: list[Membership]
    zone: ZoneInfo
    now: datetime
    chance: random.Random

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def moment(self, on: date, hour: int) -> datetime:
        return datetime.combine(on, time(hour), self.zone).astimezone(UTC)


def desk(*, now: datetime, seed: int) -> Desk:
    """Return the desk of the practice in scope."""
    front_desk = members.people().get(grants__role__slug="front-desk", grants__withdrawn_at=None)
    return Desk(front_desk, list(members.therapists()), days.zone(), now, random.Random(seed))  # noqa: S311  # a story, not a secret


def began(desk: Desk, months: int) -> date:
    """Return the day on which the story begins."""
    return desk.today - timedelta(days=30 * months)


def write_client(desk: Desk, number: int, *, months: int) -> None:
    """Write one client with sessions up to yesterday, most of them invoiced and paid."""
    began_on = began(desk, months)
    client = _client(desk, number, began_on)
    therapist = desk.therapists[0 if number % 3 else -1]
    assignments.assign(
        client=client, therapist=therapist, starts_on=began_on, now=desk.now, by=desk.front_desk
    )
    records.write(desk, client, therapist, number, began_on)
    held = _sessions(desk, client, therapist, number, began_on)
    billed = [session for session in held if session.started_at < desk.moment(desk.today, 0)]
    billed = billed if number % 4 else billed[:-1]
    for position in range(0, len(billed), 2):
        _bill_and_pay(desk, client, billed[position : position + 2], number)
    hours.write(desk, client, therapist, number, held)


def _client(desk: Desk, number: int, began_on: date) -> Client:
    told = story.client(number)
    client = client_services.add(
        given_names=told.given_names,
        family_name=told.family_name,
        birth_date=told.birth_date,
        email=told.email,
        phone=told.phone,
        may_leave_message=number % 2 == 0,
        is_another_person=True,
        now=desk.now,
        by=desk.front_desk,
    )
    if number % 6 == 1:
        _two_parents(desk, client, began_on)
    if number % 9 == 2:
        restrictions.impose(client=client, kind="PAID_IN_FULL", now=desk.now, by=desk.front_desk)
    return client


def _two_parents(desk: Desk, client: Client, began_on: date) -> None:
    """Divide a client's costs among two parents, 60 to 40."""
    shares = []
    for (name, address), percent in zip(story.PARENTS, (60, 40), strict=True):
        party = parties.add(
            client=client,
            kind="PERSON",
            relation="PARENT",
            name=name,
            postal_address=address,
            now=desk.now,
            by=desk.front_desk,
        )
        shares.append(Share(party.pk, basis_points=percent * 100))
    parties.decide(
        client=client, starts_on=began_on, shares=shares, now=desk.now, by=desk.front_desk
    )


def _sessions(
    desk: Desk, client: models.Model, therapist: Membership, number: int, began_on: date
) -> list[Session]:
    code = desk.chance.choice(("90834", "90837"))
    service = next(s for s in service_codes.offered(on=desk.today) if s.code == code)
    offered = ServiceCode.objects.get(code=code)
    first = began_on + timedelta(days=number % 14)
    step = 14 if number % 3 else 21
    dates = [first + timedelta(days=d) for d in range(0, (desk.today - first).days, step)]
    if number % 2 and desk.moment(desk.today, 9 + number % 8) < desk.now:
        dates.append(desk.today)
    return [
        sessions.record(
            client=client,
            therapist=therapist,
            service_code=offered,
            started_at=desk.moment(on, 9 + number % 8),
            minutes=45 if code == "90834" else 55,
            fee=prices.agreed(client, service.fee, on=on),
            now=desk.now,
            by=desk.front_desk,
        )
        for on in dates
    ]


def _bill_and_pay(desk: Desk, client: Client, held: list[Session], number: int) -> None:
    issued_on = min(
        held[-1].started_at.astimezone(desk.zone).date() + timedelta(days=1), desk.today
    )
    issued = invoices.bill(sessions=held, issued_on=issued_on, now=desk.now, by=desk.front_desk)
    if desk.chance.random() < 0.3:
        return
    part = desk.chance.random() < 0.15
    method = desk.chance.choice(METHODS)
    received_on = min(issued_on + timedelta(days=desk.chance.randrange(0, 20)), desk.today)
    for invoice in issued:
        payments.record(
            client=client,
            party=invoice.party,
            amount=Money(invoice.total.cents // 2) if part else invoice.total,
            method=method,
            received_on=received_on,
            reference="",
            key=uuid7(),
            apply_to=invoice,
            now=desk.now,
            by=desk.front_desk,
        )
