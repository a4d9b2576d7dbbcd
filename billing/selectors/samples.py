"""Samples: what they are drawn out of, how, and what was drawn, as a page and a file show it.

Drawn are the first by SHA-256 of ``seed:id``. So the seed decides, nobody chooses, and whoever has
the ids and any tool that knows SHA-256 draws the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from accounts.models import DrawnSample
from accounts.permissions import Permission
from accounts.selectors import log
from audit.selectors import log as entries_of_log
from billing.models import Invoice, Payment, Refund, WriteOff
from billing.selectors import days
from billing.selectors.touched import clients_among
from ledger.money import Money
from ledger.selectors import journal

Population = DrawnSample.Population
Permissions = frozenset[Permission]

NEEDED: Mapping[str, Permission] = {Population.EVENTS: Permission.LOG_VIEW}
OF_THE_BOOKS = Permission.REPORT_VIEW

POPULATION_MAX = 200_000
"""Out of how many a sample is drawn at most: all of their ids are hashed while somebody waits."""

DRAW = """
WITH population (id) AS MATERIALIZED (SELECT * FROM ({ids}) AS found LIMIT %s)
SELECT
    (SELECT count(*) FROM population),
    (SELECT encode(sha256(convert_to(
        coalesce(string_agg(id, E'\\n' ORDER BY id COLLATE "C"), ''), 'UTF8')), 'hex')
     FROM population),
    ARRAY(SELECT id FROM population
        ORDER BY sha256(convert_to(%s || ':' || id, 'UTF8')), id COLLATE "C" LIMIT %s)
"""
EVERY_ID = 'SELECT id FROM ({ids}) AS population (id) ORDER BY id COLLATE "C"'


@dataclass(frozen=True, slots=True)
class Wanted:
    """Out of what a sample is drawn: of which kind, from which day to which."""

    population: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Draw:
    """What a seed draws: out of how many, with the digest of all their ids, and which.

    Where there are too many, it is nothing: no more than one above the bound was looked at.
    """

    count: int
    sha256: str
    picked: list[str]

    @property
    def is_too_many(self) -> bool:
        return self.count > POPULATION_MAX


@dataclass(frozen=True, slots=True)
class Drawn:
    """One that was drawn: its place, what it is, and where its record stands.

    ``plain`` says it in a file, where an event is named by its action and no client by code.
    """

    place: int
    pk: str
    label: str
    plain: str
    on: date
    amount: Money | None
    url: str
    digest: str
    clients: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    label: str
    on: date
    amount: Money | None = None
    entry: UUID | None = None
    parties: tuple[UUID, ...] = ()
    plain: str = ""


def draw(wanted: Wanted, *, seed: str, size: int) -> Draw:
    """Return what a seed draws out of a population, as it stands now. One query, however long."""
    statement, values = _ids(wanted)
    with connection.cursor() as cursor:
        cursor.execute(DRAW.format(ids=statement), [*values, POPULATION_MAX + 1, seed, size])
        return Draw(*cursor.fetchone())


def population_of(wanted: Wanted) -> list[str]:
    """Return every id of a population, sorted as text, as its digest counts them."""
    statement, values = _ids(wanted)
    with connection.cursor() as cursor:
        cursor.execute(EVERY_ID.format(ids=statement), values)
        return [row[0] for row in cursor.fetchall()]


def digest_of(seed: str, pk: str) -> str:
    """Return by what one of a population is put in its place."""
    return sha256(f"{seed}:{pk}".encode()).hexdigest()


def open_to(permissions: Permissions) -> list[Population]:
    """Return out of what somebody may draw, and look at what was drawn.

    A sample tells sentences of the log, or amounts of the books, as much as their pages do.
    """
    return [each for each in Population if NEEDED.get(each, OF_THE_BOOKS) in permissions]


def newest(permissions: Permissions) -> QuerySet[DrawnSample]:
    """Return the samples of the practice in scope that somebody may look at, newest first."""
    found = DrawnSample.objects.filter(population__in=open_to(permissions))
    return found.select_related("drawn_by").order_by("-drawn_at", "-pk")


def wanted_of(sample: DrawnSample) -> Wanted:
    return Wanted(sample.population, sample.since, sample.until)


def shown(
    sample: DrawnSample, *, since: int = 0, until: int | None = None, permissions: Permissions
) -> list[Drawn]:
    """Return what was drawn, from one place to another, with the way to each that is open.

    A fixed number of queries for each kind.
    """
    ids = list(enumerate(sample.picked, start=1))[since:until]
    found = DESCRIBED[sample.population]([pk for _, pk in ids])
    parties = {party for each in found.values() for party in each.parties}
    known = set(clients_among(parties))
    return [
        Drawn(
            place,
            pk,
            found[pk].label,
            found[pk].plain or found[pk].label,
            found[pk].on,
            found[pk].amount,
            _url(sample.population, pk, found[pk], permissions),
            digest_of(sample.seed, pk),
            tuple(party for party in found[pk].parties if party in known),
        )
        for place, pk in ids
    ]


def _ids(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    statement, values = SOURCES[wanted.population](wanted).query.sql_with_params()
    return statement, tuple(values)


def _as_text(rows: QuerySet[Any], name: str = "pk") -> QuerySet[Any]:
    return rows.order_by().values_list(Cast(name, CharField()))


def _events(wanted: Wanted) -> QuerySet[Any]:
    zone = days.zone()
    since, _ = days.bounds(wanted.since, zone)
    _, until = days.bounds(wanted.until, zone)
    return entries_of_log.numbers(since=since, until=until)


def _entries(wanted: Wanted) -> QuerySet[Any]:
    return _as_text(journal.dated(since=wanted.since, until=wanted.until))


def _payments(wanted: Wanted) -> QuerySet[Any]:
    return _as_text(Payment.objects.filter(received_on__range=(wanted.since, wanted.until)))


def _invoices(wanted: Wanted) -> QuerySet[Any]:
    return _as_text(Invoice.objects.filter(issued_on__range=(wanted.since, wanted.until)))


def _given(wanted: Wanted) -> QuerySet[Any]:
    refunds = Refund.objects.filter(refunded_on__range=(wanted.since, wanted.until))
    write_offs = WriteOff.objects.filter(written_off_on__range=(wanted.since, wanted.until))
    return _as_text(refunds).union(_as_text(write_offs), all=True)


def _told_events(ids: Sequence[str]) -> dict[str, _Found]:
    lines = log.lines_of([int(pk) for pk in ids])
    return {
        str(line.number): _Found(
            line.sentence, timezone.localtime(line.at).date(), plain=line.action
        )
        for line in lines
    }


def _told_entries(ids: Sequence[str]) -> dict[str, _Found]:
    return {
        str(each.id): _Found(each.memo, each.entry_date, each.amount, each.id, each.parties)
        for each in journal.briefs(map(UUID, ids))
    }


def _told_payments(ids: Sequence[str]) -> dict[str, _Found]:
    return {
        str(each.pk): _Found(
            f"Payment {each.receipt}, {each.get_method_display().lower()}",
            each.received_on,
            each.amount,
            each.entry_id,
            (each.client_id,),
        )
        for each in Payment.objects.filter(pk__in=ids)
    }


def _told_invoices(ids: Sequence[str]) -> dict[str, _Found]:
    return {
        str(each.pk): _Found(
            f"Invoice {each.number}", each.issued_on, each.total, each.entry_id, (each.client_id,)
        )
        for each in Invoice.objects.filter(pk__in=ids)
    }


def _told_given(ids: Sequence[str]) -> dict[str, _Found]:
    refunds = {
        str(each.pk): _Found(
            f"Refund {each.reference}: {each.get_reason_display().lower()}",
            each.refunded_on,
            each.amount,
            each.entry_id,
            (each.payment.client_id,),
        )
        for each in Refund.objects.filter(pk__in=ids).select_related("payment")
    }
    write_offs = {
        str(each.pk): _Found(
            f"Write-off {each.reference}: {each.get_kind_display().lower()}",
            each.written_off_on,
            each.amount,
            each.entry_id,
            (each.invoice.client_id,),
        )
        for each in WriteOff.objects.filter(pk__in=ids).select_related("invoice")
    }
    return refunds | write_offs


def _url(population: str, pk: str, found: _Found, permissions: Permissions) -> str:
    if population not in open_to(permissions):
        return ""
    if population == Population.EVENTS:
        return f"{reverse('accounts:log')}?{urlencode({'before': int(pk) + 1})}"
    if found.entry is None:
        return ""
    return reverse("billing:journal_entry", args=[found.entry])


SOURCES: Mapping[str, Callable[[Wanted], QuerySet[Any]]] = {
    Population.EVENTS: _events,
    Population.ENTRIES: _entries,
    Population.PAYMENTS: _payments,
    Population.INVOICES: _invoices,
    Population.GIVEN: _given,
}
"""Kind → the ids of its rows within some days, as text."""

DESCRIBED: Mapping[str, Callable[[Sequence[str]], dict[str, _Found]]] = {
    Population.EVENTS: _told_events,
    Population.ENTRIES: _told_entries,
    Population.PAYMENTS: _told_payments,
    Population.INVOICES: _told_invoices,
    Population.GIVEN: _told_given,
}


def clients_of(rows: Iterable[Drawn]) -> list[UUID]:
    """Return the clients of whom rows tell an amount, for the log."""
    return sorted({client for row in rows for client in row.clients})
