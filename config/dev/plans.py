"""How PostgreSQL reads the books for each report: the plans that docs/PLANS.md keeps.

`manage.py explain_reports` writes the page from a practice that is there. A test compares the hash
of each report's statements with the page, so that a changed report asks for a new plan.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Client
from ledger.chart import Role
from ledger.selectors import integrity, reports, subledger

Report = Callable[[date, UUID], object]

REPORTS: dict[str, Report] = {
    "Trial balance": lambda on, party: reports.trial_balance(as_of=on),
    "Trial balance as known at a moment": lambda on, party: reports.trial_balance(
        as_of=on, known_at=timezone.now()
    ),
    "Income statement of a month": lambda on, party: reports.income_statement(
        first=on.replace(day=1), last=on
    ),
    "Balance sheet": lambda on, party: reports.balance_sheet(as_of=on),
    "Open items of all clients, for their age": lambda on, party: subledger.open_items(
        Role.CLIENT_RECEIVABLE, as_of=on
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


def statements(report: Report, on: date, party: UUID) -> list[str]:
    """Return the statements by which a report reads, with its values in them."""
    with CaptureQueriesContext(connection) as queries:
        report(on, party)
    return [str(query["sql"]) for query in queries if str(query["sql"]).startswith("SELECT")]


def digest(asked: list[str]) -> str:
    """Return what stands for some statements, whatever the values in them."""
    told = "\n".join(shape(statement) for statement in asked)
    return sha256(told.encode()).hexdigest()[:12]


def shape(statement: str) -> str:
    """Return a statement or a plan without the ids and dates that it was asked about."""
    return re.sub("…+", "…", IDS.sub("…", TIMES.sub("…", statement)))


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
    for name, report in REPORTS.items():
        asked = statements(report, on, party)
        yield ""
        yield f"## {name}"
        yield ""
        yield f"Statements: {len(asked)}, `{digest(asked)}`"
        for statement in asked:
            yield ""
            yield "```"
            yield shape(plan(statement))
            yield "```"
