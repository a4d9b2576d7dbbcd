"""People who are watched: what they do goes through the product's own events and services."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import AlertCase, AlertHit, Membership, Role
from accounts.services import grants
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from clients import tasks
from clients.models import Client
from tests.clients.people import NOW, added
from tests.houses import House


def read(house: House) -> None:
    """Let the worker read the practice's log, as the beat does."""
    tasks.read_log_of(practice_id=str(house.id))


def some_clients(house: House, count: int, family_name: str = "Razo") -> list[Client]:
    by = house.people["front-desk"]
    with practice_scope(house.id, person_id=by.person_id):
        return [added(by, f"Given{number}", family_name) for number in range(count)]


def opens(house: House, member: Membership, clients: Iterable[Client]) -> None:
    """Let a member open records, each an event of its own."""
    with practice_scope(house.id, person_id=member.person_id):
        for client in clients:
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])


def is_refused(house: House, member: Membership, times: int, status: int = 403) -> None:
    with practice_scope(house.id, person_id=member.person_id):
        for _ in range(times):
            events.record(Action.REQUEST_REFUSED, route="clients:record", status=status)


def takes_away(house: House, member: Membership, *counts: int) -> None:
    """Let a member take lists of clients away, each with so many rows."""
    with practice_scope(house.id, person_id=member.person_id):
        for count in counts:
            events.record(Action.CLIENT_EXPORTED, count=count)


def acts_from(house: House, member: Membership, address: str) -> None:
    origin = {"at_address": address}
    with events.coming_from(origin), practice_scope(house.id, person_id=member.person_id):
        events.record(Action.SIGNED_IN)


def cases(house: House) -> list[tuple[str, UUID, int]]:
    """Return the practice's cases: rule, about whom, how many events."""
    with practice_scope(house.id):
        return [
            (case.rule, case.about_id, AlertHit.objects.filter(case=case).count())
            for case in AlertCase.objects.order_by("raised_at", "rule", "id")
        ]


def the_case(house: House) -> AlertCase:
    with practice_scope(house.id):
        return AlertCase.objects.select_related("about").get()


def second_administrator(house: House) -> Membership:
    """Let the auditor be an administrator too."""
    by, other = house.people["administrator"], house.people["auditor"]
    with practice_scope(house.id, person_id=by.person_id):
        wanted = list(Role.objects.filter(slug__in=["administrator", "auditor"]))
        grants.hold_exactly(member=other, wanted=wanted, now=NOW, by=by)
    return other
