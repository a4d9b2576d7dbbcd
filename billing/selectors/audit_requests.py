"""What auditors ask to be shown: what is open, how late it is, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import AuditRequest, AuditRequestStep

Kind = AuditRequestStep.Kind
OVER = (Kind.ACCEPTED, Kind.WITHDRAWN)
STATES: dict[str, str] = {
    "": "waiting",
    Kind.ANSWERED: "answered",
    Kind.AGAIN: "again",
    Kind.ACCEPTED: "accepted",
    Kind.WITHDRAWN: "withdrawn",
}
"""The last step of a request → how the badges call its state."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, in words."""

    what: str
    own_words: str
    page: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A request and its history. ``waits_for`` says who is next: the practice or the auditor."""

    pk: UUID
    own_words: str
    due_on: date
    asked_at: datetime
    asked_by: str
    asked_by_id: UUID
    state: str
    is_late: bool
    waits_for: str
    turn: int
    answered_by_id: UUID | None
    steps: list[Step]


def open_ones() -> QuerySet[AuditRequest]:
    """Return the requests that wait for the practice or the auditor, the first due first."""
    return _asked().filter(~Exists(_ends())).order_by("due_on", "pk")


def closed() -> QuerySet[AuditRequest]:
    """Return the requests that were accepted or taken back, the newest first."""
    return _asked().filter(Exists(_ends())).order_by("-asked_at", "-pk")


def every() -> QuerySet[AuditRequest]:
    """Return all requests, in no order."""
    return _asked()


def shown(found: Iterable[AuditRequest], *, today: date) -> list[Shown]:
    """Return requests as a page shows them, in their order. One query more."""
    requests = list(found)
    steps: dict[UUID, list[AuditRequestStep]] = {each.pk: [] for each in requests}
    rows = AuditRequestStep.objects.filter(request__in=requests).select_related("done_by")
    for step in rows.order_by("turn"):
        steps[step.request_id].append(step)
    return [_shown(each, steps[each.pk], today) for each in requests]


def _asked() -> QuerySet[AuditRequest]:
    return AuditRequest.objects.select_related("asked_by")


def _ends() -> QuerySet[AuditRequestStep]:
    return AuditRequestStep.objects.filter(request=OuterRef("pk"), kind__in=OVER)


def _shown(request: AuditRequest, steps: list[AuditRequestStep], today: date) -> Shown:
    last = steps[-1] if steps else None
    kind = last.kind if last else ""
    waits_for = "" if kind in OVER else "auditor" if kind == Kind.ANSWERED else "practice"
    return Shown(
        request.pk,
        request.own_words,
        request.due_on,
        request.asked_at,
        request.asked_by.display_name,
        request.asked_by_id,
        STATES[kind],
        waits_for == "practice" and request.due_on < today,
        waits_for,
        last.turn if last else 0,
        last.done_by_id if last and kind == Kind.ANSWERED else None,
        [
            Step(
                step.get_kind_display(),
                step.own_words,
                step.page,
                step.done_at,
                step.done_by.display_name,
            )
            for step in steps
        ],
    )
