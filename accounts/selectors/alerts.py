"""Cases that the log raised: which are open, whose they are, and all that belongs to one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from accounts.alert_rules import RULES, AlertRule, Why
from accounts.models import AlertCase, AlertCursor, AlertHit, AlertStep, Membership
from accounts.permissions import Permission
from accounts.selectors import absences, log, reach
from accounts.selectors.log import Line
from audit.selectors import reading

Kind = AlertStep.Kind
Key = tuple[AlertRule, UUID, date]

KEEPS_UP = timedelta(minutes=5)
"""Within which what was written is read, unless the reading fails: it is tried twice a minute."""


class Hit(Protocol):
    """What a case needs of an event that belongs to it."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def why(self) -> Why: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list. ``state`` is a word of the badges; ``assignee`` is "" for nobody."""

    pk: UUID
    name: str
    about: str
    seen_on: date
    raised_at: datetime
    last_at: datetime
    count: int
    assignee: str
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a case's history: when, and what was done in words; ``own_words`` may be ""."""

    at: datetime
    words: str
    own_words: str = field(default="", repr=False)


CLOSED = Exists(AlertStep.objects.filter(case=OuterRef("pk"), kind=Kind.CLOSED))


def waiting() -> int:
    """Return how many cases are open, for the rail. One query."""
    return AlertCase.objects.exclude(CLOSED).count()


def unread_since(*, now: datetime) -> datetime | None:
    """Return when the first event was written that the log should have been read for by now, or
    None while its reading keeps up. Two queries.
    """
    read = AlertCursor.objects.values_list("seq", flat=True).first() or 0
    waiting = reading.appended(read, limit=1)
    return waiting[0].at if waiting and now - waiting[0].at > KEEPS_UP else None


def listed() -> QuerySet[AlertCase]:
    """Return every case: the open ones first, then the newest."""
    return AlertCase.objects.annotate(is_closed=CLOSED).order_by("is_closed", "-raised_at", "-id")


def rows(cases: Iterable[AlertCase]) -> list[Row]:
    """Return cases as the list shows them, in three queries for all."""
    found = list(cases)
    people = Membership.objects.in_bulk({case.about_id for case in found})
    counted = {
        case: (count, last)
        for case, count, last in AlertHit.objects.filter(case__in=found)
        .values("case")
        .annotate(count=Count("pk"), last=Max("seen_at"))
        .values_list("case", "count", "last")
    }
    steps = AlertStep.objects.filter(case__in=found).select_related("assignee")
    given: dict[UUID, AlertStep] = {}
    closed: dict[UUID, AlertStep] = {}
    for step in steps.order_by("done_at", "id"):
        (closed if step.kind == Kind.CLOSED else given)[step.case_id] = step
    return [
        Row(
            pk=case.pk,
            name=RULES[AlertRule(case.rule)].name,
            about=people[case.about_id].display_name,
            seen_on=case.seen_on,
            raised_at=case.raised_at,
            last_at=counted[case.pk][1],
            count=counted[case.pk][0],
            assignee=_name(given.get(case.pk)),
            state=state(closed.get(case.pk)),
        )
        for case in found
    ]


def state(closed: AlertStep | None) -> str:
    """Return the word of the badges for a case, by the step that closed it."""
    return f"case_{closed.outcome.lower()}" if closed else "open"


def _name(given: AlertStep | None) -> str:
    return given.assignee.display_name if given and given.assignee else ""


def of_keys(keys: Collection[Key]) -> tuple[dict[Key, AlertCase], dict[Key, int]]:
    """Return the open cases of some rules, people and days, and how many each of these had.

    One query for all.
    """
    cases = AlertCase.objects.filter(
        rule__in={rule for rule, _, _ in keys},
        about__in={member for _, member, _ in keys},
        seen_on__in={day for _, _, day in keys},
    ).annotate(is_closed=CLOSED)
    open_ones: dict[Key, AlertCase] = {}
    turns: dict[Key, int] = {}
    for case in cases:
        key = (AlertRule(case.rule), case.about_id, case.seen_on)
        turns[key] = max(case.turn, turns.get(key, 0))
        if not case.is_closed:
            open_ones[key] = case
    return open_ones, turns


def in_words(case: AlertCase) -> str:
    """Say what raises a case of this rule, with the limits that counted when it was raised."""
    limits = [limit for limit in (case.first, case.second) if limit is not None]
    return RULES[AlertRule(case.rule)].in_words(limits)


def events_of(hits: Collection[AlertHit]) -> list[Line]:
    """Return events of a case as sentences, newest first, each with what it showed there; in three
    queries for all.
    """
    if not hits:
        return []
    moments = [hit.seen_at for hit in hits]
    whys = {hit.seq: str(Why(hit.why).label) for hit in hits}
    lines = log.lines_numbered(whys.keys(), since=min(moments), until=max(moments))
    return [
        replace(line, sentence=f"{line.sentence} Here: {whys[line.number]}.")
        if whys[line.number]
        else line
        for line in lines
    ]


def hits_of(case: AlertCase) -> QuerySet[AlertHit]:
    """Return the events that belong to a case, newest first."""
    return AlertHit.objects.filter(case=case).order_by("-seq")


def assignee(case: AlertCase) -> Membership | None:
    """Return who works a case, or None where nobody took it on."""
    given = AlertStep.objects.filter(case=case, kind=Kind.ASSIGNED).select_related("assignee")
    newest = given.order_by("-done_at", "-id").first()
    return newest.assignee if newest else None


def closing(case: AlertCase) -> AlertStep | None:
    """Return the step that closed a case, or None while it is open."""
    closed = AlertStep.objects.filter(case=case, kind=Kind.CLOSED).select_related("done_by")
    return closed.first()


def history(case: AlertCase) -> list[Step]:
    """Return what happened to a case, the oldest first, in two queries."""
    joined = (
        AlertHit.objects.filter(case=case)
        .values("joined_at")
        .annotate(count=Count("pk"))
        .values_list("joined_at", "count")
        .order_by("joined_at")
    )
    told = [
        Step(at, f"{'Raised with' if at == case.raised_at else 'Joined by'} {_events(count)}.")
        for at, count in joined
    ]
    steps = AlertStep.objects.filter(case=case).select_related("assignee", "done_by")
    told += [_step(step) for step in steps.order_by("done_at", "id")]
    return sorted(told, key=lambda step: step.at)


def _step(step: AlertStep) -> Step:
    by = step.done_by.display_name
    if step.assignee is None:
        outcome = AlertStep.Outcome(step.outcome).label.lower()
        return Step(step.done_at, f"{by} closed it: {outcome}.", step.own_words or "")
    if step.assignee_id == step.done_by_id:
        return Step(step.done_at, f"{by} took it on.")
    return Step(step.done_at, f"{by} gave it to {step.assignee.display_name}.")


def _events(count: int) -> str:
    return f"{count:,} {'event' if count == 1 else 'events'}"


def workers(*, now: datetime, about: Membership | None = None) -> list[Membership]:
    """Return who may work cases now, by name; of one about a member, all others, if there are."""
    present = [
        member
        for member, _ in reach.holders(Permission.ALERT_WORK)
        if not absences.rests(member, now=now)
    ]
    others = [member for member in present if about is None or member.pk != about.pk]
    return sorted(others or present, key=lambda member: (member.display_name, member.pk))
