"""Reads of runs of the billing: which go on, and what became of whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.models import CycleRun, CycleRunClient, Invoice, Rhythm
from clients.selectors import clients
from ledger.money import ZERO, Money

Outcome = CycleRunClient.Outcome
INVOICED = (Outcome.INVOICED, Outcome.IN_PART)
WAITS_FOR_WORKER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the clients of a run, and what was billed, in cents."""

    waiting: int = 0
    invoiced: int = 0
    held_up: int = 0
    total: Money = ZERO

    @property
    def done(self) -> int:
        return self.invoiced + self.held_up

    @property
    def count(self) -> int:
        return self.done + self.waiting


def latest(rhythm: Rhythm, last_day: date) -> CycleRun | None:
    """Return the run of a period; after each session, the last one of the day."""
    found = CycleRun.objects.filter(rhythm=rhythm, last_day=last_day)
    return found.order_by("-turn").first()


def newest_first() -> QuerySet[CycleRun]:
    """Return every run, the latest period first."""
    return CycleRun.objects.select_related("asked_by").order_by("-last_day", "-asked_at", "-id")


def by_id(run_id: UUID) -> CycleRun:
    """Return a run with whoever asked for it."""
    return CycleRun.objects.select_related("asked_by").get(pk=run_id)


def left_behind(*, now: datetime) -> list[UUID]:
    """Return the runs that are not over and on which no worker has been at work for a while."""
    lately = now - WAITS_FOR_WORKER
    at_work = CycleRunClient.objects.filter(run=OuterRef("pk"), decided_at__gt=lately)
    waiting = CycleRun.objects.filter(~Exists(at_work), finished_at=None, asked_at__lte=lately)
    return list(waiting.order_by("asked_at", "pk").values_list("pk", flat=True))


def tally(runs: Collection[UUID], *, of: QuerySet[Any] | None = None) -> dict[UUID, Tally]:
    """Return run → what became of its clients, or of those whom somebody may see."""
    rows = CycleRunClient.objects.filter(run__in=runs)
    if of is not None:
        rows = rows.filter(client__in=of)
    counted = (
        rows.order_by()
        .values("run_id")
        .annotate(
            waiting=Count("pk", filter=Q(outcome=Outcome.WAITING)),
            invoiced=Count("pk", filter=Q(outcome__in=INVOICED)),
            count=Count("pk"),
            total=Sum(Coalesce("invoice__split__total", "invoice__total")),
        )
    )
    found = {
        row["run_id"]: Tally(
            row["waiting"],
            row["invoiced"],
            row["count"] - row["waiting"] - row["invoiced"],
            row["total"] or ZERO,
        )
        for row in counted
    }
    return {run: found.get(run, Tally()) for run in runs}


def failed(run_id: UUID) -> int:
    """Return how many clients of a run could not be billed by our own fault."""
    return CycleRunClient.objects.filter(run=run_id, outcome=Outcome.FAILED).count()


@dataclass(frozen=True, slots=True)
class RunRow:
    """What became of one client in a run; ``invoice`` is its number, "" if there is none."""

    client_id: UUID
    code: str
    name: str
    outcome: str
    words: str
    invoice_id: UUID | None
    invoice: str
    total: Money


def of_run(run: CycleRun, *, visible: QuerySet[Any], outcome: str) -> QuerySet[CycleRunClient]:
    """Return the visible clients of a run, by code; with an outcome, or without an invoice."""
    rows = CycleRunClient.objects.filter(run=run, client__in=visible)
    if outcome == HELD_UP:
        rows = rows.exclude(outcome__in=[Outcome.WAITING, *INVOICED])
    elif outcome == Outcome.INVOICED:
        rows = rows.filter(outcome__in=INVOICED)
    elif outcome:
        rows = rows.filter(outcome=outcome)
    return rows.select_related("invoice__split").order_by("client__code", "pk")


HELD_UP = "HELD_UP"
"""What a list is filtered by: whoever got no invoice."""


def rows(found: Iterable[CycleRunClient], *, permissions: clients.Permissions) -> list[RunRow]:
    """Return clients of a run as lists show them, in their order."""
    shown = list(found)
    people = clients.shown({row.client_id for row in shown}, permissions=permissions)
    return [
        RunRow(
            client_id=row.client_id,
            code=people[row.client_id].code,
            name=people[row.client_id].name,
            outcome=row.outcome,
            words=row.get_outcome_display(),
            invoice_id=row.invoice_id,
            invoice=_numbered(row.invoice) if row.invoice else "",
            total=_whole(row.invoice) if row.invoice else ZERO,
        )
        for row in shown
    ]


def _numbered(invoice: Invoice) -> str:
    """Return an invoice's number, and how many parts of its split there are beside it."""
    more = invoice.split.part_count - 1 if invoice.split else 0
    return f"{invoice.number} and {more} more" if more else invoice.number


def _whole(invoice: Invoice) -> Money:
    return invoice.split.total if invoice.split else invoice.total
