"""Keeping runs of reports, and proving later that the same question has the same answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import ReportRun
from billing.selectors.tables import Asked, Table
from billing.selectors.touched import clients_among
from billing.services import report_files
from billing.services.report_files import Made, digest
from ledger.selectors import books, chart, journal
from ledger.services import known

SAME = "identical"
WORDS = "other words, the same figures"
FIGURES = "other figures"


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a kept run gives today: the same bytes, or why not. ``later`` entries are in neither."""

    table: Table
    sha256: str
    outcome: str
    reasons: tuple[str, ...]
    later: int

    @property
    def is_same(self) -> bool:
        return self.outcome == SAME


@transaction.atomic
def keep(
    *,
    slug: str,
    name: str,
    version: int,
    asked: Asked,
    table_of: Callable[[Asked], Table],
    now: datetime,
    by: Membership,
) -> ReportRun:
    """Run a report as known at a moment that can gain no entry, and keep the hash of its answer.

    The books are settled now, which is the moment if ``asked`` has none.

    Raises:
        known.Busy: somebody has been posting for two seconds, so nothing could be settled.
        books.NotKnownYet: the moment that was asked for is not here yet.
    """
    settled = known.settle()
    known_at = asked.known_at or settled
    books.require_settled(known_at)
    asked = replace(asked, known_at=known_at)
    table = table_of(asked)
    run = ReportRun.objects.create(
        report=slug,
        version=version,
        since=asked.since,
        as_of=asked.as_of,
        known_at=known_at,
        choices=dict(asked.choices),
        sha256=digest(report_files.canonical(_made(slug, name, version, asked), table)),
        figures_sha256=digest(report_files.figures(table)),
        chart_sha256=_chart(),
        row_count=len(table.rows),
        run_at=now,
        run_by=by,
    )
    events.record(Action.REPORT_RUN_KEPT, target=run, sha256=run.sha256)
    return run


@transaction.atomic
def repeat(*, run: ReportRun, name: str, version: int, table_of: Callable[[Asked], Table]) -> Rerun:
    """Ask the same again, and say whether the bytes are the same; if not, what changed them."""
    asked = asked_of(run)
    table = table_of(asked)
    sha256 = digest(report_files.canonical(_made(run.report, name, version, asked), table))
    outcome = SAME
    reasons: tuple[str, ...] = ()
    if sha256 != run.sha256:
        is_words = digest(report_files.figures(table)) == run.figures_sha256
        outcome = WORDS if is_words else FIGURES
        reasons = _reasons(run, version, is_words)
    events.record(
        Action.REPORT_RUN_REPEATED,
        target=run,
        touched=clients_among(row.client for row in table.rows),
        outcome=outcome,
        sha256=sha256,
    )
    later = journal.posted_later(since=run.since, as_of=run.as_of, known_at=run.known_at)
    return Rerun(table, sha256, outcome, reasons, later)


def asked_of(run: ReportRun) -> Asked:
    """Return the question of a kept run."""
    return Asked(run.as_of, run.since, run.known_at, run.choices)


def _reasons(run: ReportRun, version: int, is_words: bool) -> tuple[str, ...]:
    found = []
    if version != run.version:
        found.append(
            f"The report is made in another way now: version {version}, not {run.version}."
        )
    if _chart() != run.chart_sha256:
        found.append("Accounts were renamed or renumbered since.")
    if is_words:
        found.append(
            "Every figure is the same. Words differ: a name or a code that was changed, a merged"
            " record, or a client about whom something is kept back."
        )
    elif version == run.version:
        found.append(
            "Figures differ, and no entry can have joined these books since. Have the books"
            " verified (manage.py verify_ledger) before you rely on either."
        )
    return tuple(found)


def _chart() -> str:
    lines = [f"{each.role}\t{each.code}\t{each.name}" for each in chart.accounts()]
    return digest("\n".join(lines).encode())


def _made(slug: str, name: str, version: int, asked: Asked) -> Made:
    return Made(slug, version, name, members.practice().discreet_name, asked, uuid7())
