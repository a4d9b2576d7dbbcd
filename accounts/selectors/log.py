"""The log of the practice in scope, told in sentences with the names of its people."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from accounts.models import ApiToken, Membership, RoleGrant
from accounts.selectors import members
from audit.actions import Action
from audit.selectors import chain
from audit.selectors import log as entries
from audit.selectors.log import ANYTHING, Entry, Span, Wanted
from audit.sentences import AT_ADDRESS, BY_PROGRAM, holder, sentence

PAGE = 100
RECENT = 5_000
"""Among how many of the last events a signed checkpoint is looked for."""

UNSIGNED = "Its end is not signed yet; that happens once a minute."
SOMEBODY = "Somebody unknown"

AREAS = {
    "": "Anything",
    "accounts.sign_in": "Signed in and out",
    "accounts.role": "Changed roles",
    "accounts.alert": "Cases that the log raised",
    "accounts.": "People, roles and security",
    "clients.client.exported": "Lists of clients taken away",
    "clients.": "Clients",
    "billing.": "Sessions, invoices, payments",
    "ledger.": "The books",
    "audit.": "The log itself",
}
"""Kinds of actions → how a reader asks for them: an app, an area of it, or one action."""


def wanted(kind: str, **narrower: Any) -> Wanted:
    """Return what is asked for by a kind of AREAS and whatever else narrows it."""
    if kind.count(".") == 2:
        return Wanted(action=kind, areas={kind.rpartition(".")[0]}, **narrower)
    areas = {action.value.rpartition(".")[0] for action in Action}
    return Wanted(areas={area for area in areas if kind and area.startswith(kind)}, **narrower)


@dataclass(frozen=True, slots=True)
class Line:
    """One event, as a sentence."""

    number: int
    at: datetime
    action: str
    sentence: str
    address: str
    """From where it was asked; "" where the product did it by itself, or nobody knew."""


@dataclass(frozen=True, slots=True)
class Look(Line):
    """An event that touched a client's record: whose, and in which role they acted then."""

    person_id: UUID | None
    who: str
    role: str
    is_program: bool
    is_pay_link: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day in the practice's zone, newest first."""

    on: date
    events: list[Line]


@dataclass(frozen=True, slots=True)
class ChainState:
    """Whether the chain ends where its head says, and how much of it is signed."""

    ok: bool
    title: str
    text: str


def lines(
    asked: Wanted = ANYTHING, *, before_seq: int | None = None, limit: int = PAGE
) -> list[Line]:
    """Return events as sentences, newest first."""
    return _told(entries.page(asked, before_seq=before_seq, limit=limit))


def lines_of(
    numbers: Collection[int], *, since: datetime | None = None, until: datetime | None = None
) -> list[Line]:
    """Return the events of these numbers as sentences, oldest first. Four queries.

    Where all lie from ``since`` until before ``until``, fewer months are looked into.
    """
    return _told(entries.of_numbers(numbers, since=since, until=until))


def lines_touching(spans: Iterable[Span]) -> list[list[Line]]:
    """Return all that was done in each span, oldest first. A query for each, and two more."""
    found = [entries.touching(span) for span in spans]
    told = iter(_told([entry for each in found for entry in each]))
    return [list(islice(told, len(each))) for each in found]


def lines_numbered(seqs: Collection[int], *, since: datetime, until: datetime) -> list[Line]:
    """Return events by their numbers as sentences, newest first; they happened between two
    moments."""
    return _told(entries.numbered(seqs, since=since, until=until))


def looks_at(
    client_ids: Collection[UUID],
    asked: Wanted = ANYTHING,
    *,
    before_seq: int | None = None,
    limit: int = PAGE,
) -> list[Look]:
    """Return who saw or changed the records of some clients, and in which role, newest first."""
    found = entries.of_clients(client_ids, asked, before_seq=before_seq, limit=limit)
    roles = _RolesThen({entry.person_id for entry in found if entry.person_id})
    who = members.names_of({entry.person_id for entry in found if entry.person_id})
    return [
        Look(
            number=line.number,
            at=line.at,
            action=line.action,
            sentence=line.sentence,
            address=line.address,
            person_id=entry.person_id,
            who=holder(entry) or who.get(entry.person_id, SOMEBODY),
            role="" if holder(entry) else roles.at(entry.person_id, entry.at),
            is_program=BY_PROGRAM in entry.facts,
            is_pay_link=bool(holder(entry)),
        )
        for entry, line in zip(found, _told(found), strict=True)
    ]


class _RolesThen:
    """Which roles people held at which moment."""

    def __init__(self, people: set[UUID]) -> None:
        grants = RoleGrant.objects.filter(member__person_id__in=people).order_by("role__name")
        self.held: dict[UUID | None, list[tuple[str, datetime, datetime | None]]] = {}
        for person, name, since, until in grants.values_list(
            "member__person_id",
            "role__name",
            Coalesce("starts_at", "granted_at"),
            Least("withdrawn_at", "ends_at"),
        ):
            self.held.setdefault(person, []).append((name, since, until))

    def at(self, person: UUID | None, moment: datetime) -> str:
        if person is None:
            return "The product itself"
        names = [
            name
            for name, since, until in self.held.get(person, ())
            if since <= moment and (until is None or moment < until)
        ]
        return ", ".join(dict.fromkeys(names)) or "No role"


def _told(found: list[Entry]) -> list[Line]:
    who = members.names_of({entry.person_id for entry in found if entry.person_id})
    named = _names_by_id()
    return [
        Line(
            entry.seq,
            entry.at,
            entry.action,
            sentence(entry, who.get(entry.person_id, SOMEBODY), named),
            str(entry.facts.get(AT_ADDRESS, "")),
        )
        for entry in found
    ]


def by_day(found: Iterable[Line]) -> list[Day]:
    """Return lines under the days on which they happened, in the present time zone."""
    return [
        Day(on, list(events))
        for on, events in groupby(found, lambda line: timezone.localtime(line.at).date())
    ]


def chain_state() -> ChainState:
    """Return what can be said of the chain at a glance; ``verify_audit`` proves the whole of it."""
    head = chain.head()
    newest = next(iter(entries.page(limit=1)), None)
    length, last = (head.seq if head else 0), (newest.seq if newest else 0)
    signed = max((mark.size for mark in chain.checkpoints(after=length - RECENT)), default=0)
    return ChainState(
        ok=length == last and signed <= length,
        title=f"The chain has {length:,} events and ends at no. {last:,}.",
        text=f"A signed checkpoint covers the first {signed:,}." if signed else UNSIGNED,
    )


def _names_by_id() -> dict[str, str]:
    """Return the words for the ids that a fact or a target may hold."""
    rows = Membership.objects.values_list("pk", "person_id", "display_name")
    tokens = {str(pk): name for pk, name in ApiToken.objects.values_list("pk", "name")}
    return tokens | {str(key): name for pk, person, name in rows for key in (pk, person) if key}
