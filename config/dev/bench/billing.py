"""Billing: a run over many clients beside bare inserts, and taking a payment beside a bare page.

A run gives each client an invoice in a transaction of its own: claimed, numbered, posted, guarded
and on the log. Its floor is as many bare entries of two lines. ``PARTS`` are the benchmarks of this
name; each takes the practice and yields its figures.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from itertools import cycle
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import cycling
from billing.models import Invoice, Rhythm, ServiceCode
from billing.selectors import days
from billing.services import cycle_runs, cycles, sessions
from clients.models import Client
from clients.services import clients
from config.dev.bench import posting
from config.dev.bench.access import (
    BARE,
    URLS,
    NotMeasured,
    application,
    host,
    served,
    signed_in_key,
)
from config.dev.bench.access import Browser as Bare
from config.dev.bench.timing import Act, Effort, Figure, Goal, rounds
from config.dev.seed import practices
from config.dev.seed.practices import Person
from config.dev.seed.story import PRACTICES
from ledger.money import Money

CLIENTS_OF_A_CALL = 10
"""Clients in a run for each of the calls asked for: 1,000 if nothing else is said."""
RUNS = 2
FEE = Money(150_00)
TAKEN = Goal("ours", 1_000)
"""A payment is taken in under a second (milliseconds)."""


@dataclass(frozen=True, slots=True)
class House:
    """A practice with clients whom it bills after each session, and who sits at its desk."""

    id: UUID
    desk: Person
    clients: list[Client]
    service: ServiceCode


def figures(effort: Effort) -> Iterator[Figure]:
    """Found a practice with its clients, and measure each part of its billing."""
    posting.prepare()
    house = _house(effort.calls * CLIENTS_OF_A_CALL)
    for part in PARTS:
        yield from part(house, effort)


def _house(size: int) -> House:
    now = timezone.now()
    story = replace(PRACTICES[0], slug="billing-house", name="Billing House")
    founded = practices.found(story, now=now)
    with practice_scope(founded.id):
        by, today = members.automaton(), days.day_of(now, days.zone())
        rhythm = Rhythm.AFTER_SESSION
        cycles.set_rhythm(rhythm=rhythm, client=None, starts_on=today, today=today, now=now, by=by)
        service = ServiceCode.objects.get(code="90834")
        people = [
            clients.add(
                given_names="Person",
                family_name=f"Number {number}",
                birth_date=date(1970, 1, 1) + timedelta(days=number),
                is_another_person=True,
                now=now,
                by=by,
            )
            for number in range(size)
        ]
    return House(founded.id, founded.people[0], people, service)


def runs(house: House, effort: Effort) -> Iterator[Figure]:
    """Bill all clients by a run, as the worker does, beside as many bare entries."""
    asked: list[UUID] = []

    def record() -> None:
        asked.append(_ask(house))

    def bill() -> None:
        if not cycling.bill(house.id, asked.pop()):
            raise NotMeasured("A run was not over.")

    with closing(posting.bare_connection()) as bare:
        insert = posting.bare_act(bare)

        def entries() -> None:
            for _ in house.clients:
                insert()

        few = Effort(min(RUNS, effort.rounds), 1)
        measured = rounds(bill, entries, effort=few, unit="ms", before=record, warm_up=0)
    with practice_scope(house.id):
        made = Invoice.objects.count()
    if made != few.rounds * len(house.clients):
        raise NotMeasured(f"{made} invoices were made.")
    yield Figure("billing.issue_by_cycle", len(house.clients), "ms", measured)


def _ask(house: House) -> UUID:
    """Record a session of today for each client, and ask for them to be billed."""
    with practice_scope(house.id):
        by, now = members.automaton(), timezone.now()
        today = days.day_of(now, days.zone())
        begins, _ = days.bounds(today, days.zone())
        for client in house.clients:
            sessions.record(
                client=client,
                therapist=by,
                service_code=house.service,
                started_at=begins,
                minutes=45,
                fee=FEE,
                now=now,
                by=by,
            )
        rhythm = Rhythm.AFTER_SESSION
        return cycle_runs.ask(rhythm=rhythm, last_day=today, today=today, now=now, by=by).pk


def payments(house: House, effort: Effort) -> Iterator[Figure]:
    """Take cash for what is oldest, as the desk sends the form, beside a bare page."""
    with override_settings(ROOT_URLCONF=URLS):
        bare = served(Bare(application([])).asking(BARE))
        take = _taking(house)
        measured = rounds(take, bare, effort=effort, unit="ms")
    yield Figure("billing.take_payment", len(house.clients), "ms", measured, TAKEN)


def _taking(house: House) -> Act:
    """Return a function that takes one dollar of the next client, signed in, with a new key."""
    browser = Browser(HTTP_HOST=host())
    browser.cookies[settings.SESSION_COOKIE_NAME] = signed_in_key(house.desk)
    url, codes = reverse("billing:payment_new"), cycle([each.code for each in house.clients])
    with practice_scope(house.id):
        today = days.day_of(timezone.now(), days.zone())

    def take() -> None:
        typed = {
            "code": next(codes),
            "key": str(uuid4()),
            "amount": "1.00",
            "method": "CASH",
            "received_on": today.isoformat(),
        }
        answer = browser.post(url, typed, secure=True)
        if answer.status_code != HTTPStatus.FOUND:
            raise NotMeasured(f"The answer was {answer.status_code} and no receipt.")

    return take


PARTS: tuple[Callable[[House, Effort], Iterator[Figure]], ...] = (runs, payments)
"""What is measured, in this order: later parts find the invoices that the runs made."""
