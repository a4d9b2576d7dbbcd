"""Superbills that were made, whom they were given to, and which tell what is not so any more."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts import keys
from billing.models import (
    Superbill,
    SuperbillGiven,
    SuperbillLine,
    SuperbillRule,
    SuperbillText,
)
from billing.selectors import superbill_figures
from ledger.money import Money
from ledger.selectors.integrity import Finding

STANDS = ~Exists(Superbill.objects.filter(replaces=OuterRef("pk")))

FALSE = """
SELECT superbill.id, superbill.number FROM billing_superbill AS superbill
LEFT JOIN billing_superbillline AS line
    ON line.practice_id = superbill.practice_id AND line.superbill_id = superbill.id
GROUP BY superbill.id
HAVING count(line.id) <> superbill.line_count
    OR sum(line.charged) IS DISTINCT FROM superbill.charged
    OR sum(line.taken_off) IS DISTINCT FROM superbill.taken_off
    OR sum(line.paid) IS DISTINCT FROM superbill.paid
ORDER BY superbill.id
"""


class Altered(Exception):
    """The sealed words of a superbill are not those that it was made with."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """A superbill that another one replaces, as it is printed from then on: marked so."""

    superbill: Superbill
    by: Superbill

    @property
    def pk(self) -> UUID:
        return self.superbill.pk

    @property
    def client_id(self) -> UUID:
        return self.superbill.client_id


@dataclass(frozen=True, slots=True)
class Line:
    """A session on a superbill as its page shows it, in cents."""

    session_id: UUID
    on: date
    code: str
    label: str
    therapist: str
    charged: Money
    taken_off: Money
    paid: Money
    paid_on: date | None

    @property
    def balance(self) -> Money:
        return self.charged - self.taken_off - self.paid


@dataclass(frozen=True, slots=True, repr=False)
class Handed:
    """That a superbill was given to somebody, as the accounting of disclosures tells it."""

    pk: UUID
    given_on: date
    number: str
    recipient: str
    way: str
    noted_by: str


@dataclass(frozen=True, slots=True)
class Made:
    """A superbill in a list. ``changes`` says what is not so any more; ``by`` what replaces it."""

    superbill: Superbill
    by: Superbill | None
    changes: list[str]
    is_given: bool

    @property
    def is_superseded(self) -> bool:
        return self.by is not None or bool(self.changes)


def needs_paid() -> bool:
    """Say whether only sessions that are paid stand on superbills, as long as nobody set it: so."""
    rule = SuperbillRule.objects.order_by("-set_at", "-id").first()
    return rule is None or rule.needs_paid


def of_clients(records: Collection[UUID]) -> QuerySet[Superbill]:
    """Return every superbill of some records, superseded ones too, the newest first."""
    rows = Superbill.objects.filter(client__in=records).select_related("issued_by", "replaces")
    return rows.order_by("-issued_at", "-id")


def made(rows: Iterable[Superbill]) -> list[Made]:
    """Return superbills as lists show them, in a constant number of queries."""
    shown = list(rows)
    ids = [row.pk for row in shown]
    by = {each.replaces_id: each for each in Superbill.objects.filter(replaces__in=ids)}
    given = set(
        SuperbillGiven.objects.filter(superbill__in=ids).values_list("superbill", flat=True)
    )
    told = changes(row for row in shown if row.pk not in by)
    return [Made(row, by.get(row.pk), told.get(row.pk, []), row.pk in given) for row in shown]


def changes(rows: Iterable[Superbill]) -> dict[UUID, list[str]]:
    """Return superbill → what it says of money and is not so any more, in sentences.

    It is reckoned from what stands now, so nothing can be overseen: an invoice that was voided, a
    payment that was refunded, corrected or came later. Of what is still so nothing is returned.
    """
    lines = SuperbillLine.objects.filter(superbill__in=[row.pk for row in rows])
    told = list(lines.order_by("superbill", "position"))
    now = superbill_figures.of_sessions({line.session_id for line in told})
    found: dict[UUID, list[str]] = {}
    for line in told:
        if words := _changed(line, now.get(line.session_id)):
            day = f"{line.served_on:%b} {line.served_on.day}"
            found.setdefault(line.superbill_id, []).append(f"{day}: {words}")
    return found


def _changed(line: SuperbillLine, now: superbill_figures.Figures | None) -> str:
    if now is None:
        return "its invoice is void, and the session is not billed."
    pairs = (
        ("charged", line.charged, now.charged),
        ("taken off", line.taken_off, now.taken_off),
        ("paid", line.paid, now.paid),
    )
    said = [f"{was.dollars} {word} then, {so.dollars} now" for word, was, so in pairs if was != so]
    if not said and line.paid_on != now.paid_on:
        said = ["it was paid on another day"]
    return f"{'; '.join(said)}." if said else ""


def lines_of(superbill: Superbill) -> list[Line]:
    """Return the sessions of a superbill in the order printed, in one query."""
    rows = SuperbillLine.objects.filter(superbill=superbill).order_by("position")
    return [
        Line(
            session_id=row.session_id,
            on=row.served_on,
            code=row.session.service_code.code,
            label=row.session.service_code.label,
            therapist=row.session.therapist.display_name,
            charged=row.charged,
            taken_off=row.taken_off,
            paid=row.paid,
            paid_on=row.paid_on,
        )
        for row in rows.select_related("session__service_code", "session__therapist")
    ]


def standing_with(sessions: Collection[UUID]) -> list[Superbill]:
    """Return the superbills that are not replaced and hold some of these sessions."""
    held = SuperbillLine.objects.filter(session__in=sessions, superbill=OuterRef("pk"))
    rows = _standing().filter(Exists(held))
    return list(rows.order_by("issued_at", "id"))


def numbers_of(sessions: Collection[UUID]) -> dict[UUID, str]:
    """Return session → the number of the superbill that is not replaced and holds it."""
    rows = SuperbillLine.objects.filter(session__in=sessions, superbill__in=_standing())
    return dict(rows.values_list("session_id", "superbill__number"))


def _standing() -> QuerySet[Superbill]:
    return Superbill.objects.filter(STANDS)


def replacement_of(superbill: Superbill) -> Superbill | None:
    """Return the superbill that replaces one, if any does."""
    return Superbill.objects.filter(replaces=superbill).first()


def said(superbill: Superbill) -> dict[str, object]:
    """Return the words of a superbill as it was made.

    Raises:
        Altered: they are not those that it was made with.
    """
    words: dict[str, object] = SuperbillText.objects.get(superbill=superbill).said
    if commitment(words) != bytes(superbill.said_commitment):
        raise Altered(f"What {superbill.number} says is not what was made.")
    return words


def commitment(words: dict[str, object]) -> bytes:
    """Return the keyed hash by which a superbill vouches for its sealed words."""
    text = SuperbillText._meta.get_field("said").to_text(words)
    return keys.fingerprint(text, purpose="billing.superbill")


def given(superbills: QuerySet[Superbill]) -> list[Handed]:
    """Return whom some superbills were given to, the newest first, in one query."""
    rows = SuperbillGiven.objects.filter(superbill__in=superbills.order_by())
    return [
        Handed(
            pk=row.pk,
            given_on=row.given_on,
            number=row.superbill.number,
            recipient=row.recipient or "The client",
            way=row.get_way_display(),
            noted_by=row.noted_by.display_name,
        )
        for row in rows.select_related("superbill", "noted_by").order_by("-given_on", "-id")
    ]


def behind_link(records: Collection[UUID]) -> QuerySet[Superbill]:
    """Return the superbills that were put behind a client's mailed pay link, and stand."""
    there = SuperbillGiven.objects.filter(
        superbill=OuterRef("pk"), way=SuperbillGiven.Way.LINK, recipient_kind="CLIENT"
    )
    return of_clients(records).filter(STANDS, Exists(there))


def findings() -> Iterator[Finding]:
    """Yield the superbills whose lines are not what they say in all."""
    with connection.cursor() as cursor:
        cursor.execute(FALSE)
        found = cursor.fetchall()
    for pk, number in found:
        yield Finding("superbills", f"{number} is not the sum of its lines.", (pk,))
