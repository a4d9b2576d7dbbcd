"""How PostgreSQL reads the books for each report: the plans that docs/PLANS.md keeps.

`manage.py explain_reports` writes the page from a practice that is there. A test compares the hash
of each statement with the page, so that a changed report asks for a new plan.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.reports.declared import Report
from billing.reports.registry import REPORTS
from billing.selectors.tables import Asked
from clients.models import Client
from ledger.chart import Role
from ledger.selectors import integrity, reports, subledger

Asking = Callable[[date, UUID], object]

PAGE_OF_LINES = slice(0, 50)


def _page_of(report: Report) -> Asking:
    """Return what reads a report, and of its rows those that one page shows."""
    return lambda on, party: report.table(Asked(as_of=on)).rows[PAGE_OF_LINES]


READINGS: dict[str, Asking] = {
    **{report.name: _page_of(report) for report in REPORTS.values()},
    "Trial balance as known at a moment": lambda on, party: reports.trial_balance(
        as_of=on, known_at=timezone.now()
    ),
    "Open items of one client": lambda on, party: subledger.open_items(
        Role.CLIENT_RECEIVABLE, as_of=on, parties=[party]
    ),
    "Balance of one client": lambda on, party: subledger.balance(
        Role.CLIENT_RECEIVABLE, party=party
    ),
    "Statement of one client": lambda on, party: subledger.lines_of([party]),
}

TIMES = re.compile(r"'\d{4}-\d\d-\d\d[^']*'(?:::\w+)?")
IDS = re.compile(r"'[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}'(?:::uuid)?(?:, )?")
ARRAYS = re.compile(r"'\{[^']*\}'(?:::uuid\[\])*")


def statements(reading: Asking, on: date, party: UUID) -> list[str]:
    """Return the statements by which something is read, with its values in them."""
    with CaptureQueriesContext(connection) as queries:
        reading(on, party)
    told = (str(query["sql"]).strip() for query in queries)
    return [sql for sql in told if sql.startswith(("SELECT", "WITH"))]


def digest(statement: str) -> str:
    """Return what stands for a statement, whatever the values in it."""
    return sha256(shape(statement).encode()).hexdigest()[:12]


def shape(statement: str) -> str:
    """Return a statement or a plan without the ids and dates that it was asked about."""
    without = ARRAYS.sub("…", IDS.sub("…", TIMES.sub("…", statement)))
    return re.sub("…+", "…", without)


def plan(statement: str) -> str:
    """Return how PostgreSQL would run a statement, without costs."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


def page(on: date) -> Iterator[str]:
    """Yield the lines of docs/PLANS.md for the practice in scope."""
    party = Client.objects.order_by("pk")[0].pk
    count = integrity.entry_count()
    yield "# How the books are read"
    yield ""
    yield "Made by `manage.py explain_reports`; a test tells when a report has changed since. A"
    yield "practice's context is worked out once for a statement (`InitPlan`), never for each row."
    yield f"Below lay a practice of {count:,} entries."
    shown: set[str] = set()
    for name, reading in READINGS.items():
        yield ""
        yield f"## {name}"
        asked = {digest(each): each for each in statements(reading, on, party)}
        for told, statement in asked.items():
            yield ""
            yield f"Statement `{told}`{', as above' if told in shown else ''}"
            if told in shown:
                continue
            shown.add(told)
            yield ""
            yield "```"
            yield shape(plan(statement))
            yield "```"
