"""Sessions, invoices and payments for tests, made through the product's own services."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from accounts.models import Membership
from accounts.selectors import members
from billing.models import (
    AccountStatement,
    Invoice,
    Payment,
    ReportFile,
    ReportRun,
    ServiceCode,
    Session,
)
from billing.reports.registry import REPORTS
from billing.selectors.tables import Asked
from billing.services import (
    payments,
    report_orders,
    report_runs,
    service_codes,
    sessions,
    statements,
)
from clients.models import Client
from ledger.money import Money
from ledger.services import chart
from tests.billing.issuing import issue_one
from tests.clients.people import added

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
TODAY = date(2026, 3, 3)
ZONE = ZoneInfo("America/New_York")


def open_books(by: Membership) -> None:
    """Give the practice its chart and the usual services, from the first of January on."""
    chart.open(by=by)
    service_codes.open_defaults(on=date(2026, 1, 1), now=NOW, by=by)


def client(by: Membership, family_name: str = "Okonkwo") -> Client:
    return added(by, given_names="Amara", family_name=family_name)


def session(
    of: Client,
    by: Membership,
    *,
    dollars: str = "150.00",
    on: date = date(2026, 2, 17),
    code: str = "90834",
    now: datetime = NOW,
    therapist: Membership | None = None,
) -> Session:
    """Record a session of 45 minutes at 10:00 in New York."""
    return sessions.record(
        client=of,
        therapist=therapist or members.therapists().get(),
        service_code=ServiceCode.objects.get(code=code),
        started_at=datetime.combine(on, time(10), ZONE),
        minutes=45,
        fee=Money.parse(dollars),
        now=now,
        by=by,
    )


def invoice(
    of: Client, by: Membership, *, dollars: str = "150.00", issued_on: date = TODAY
) -> Invoice:
    """Issue an invoice for one session of the week before."""
    held = session(
        of, by, dollars=dollars, on=issued_on - timedelta(days=7), now=at_noon(issued_on)
    )
    return issue_one(sessions=[held], issued_on=issued_on, now=at_noon(issued_on), by=by)


def cash(
    of: Client,
    by: Membership,
    dollars: str,
    *,
    on: date = TODAY,
    apply_to: Invoice | None = None,
    keep_rest: bool = False,
) -> Payment:
    return payments.record(
        client=of,
        amount=Money.parse(dollars),
        method=payments.Method.CASH,
        received_on=on,
        key=uuid4(),
        apply_to=apply_to,
        keep_rest=keep_rest,
        now=at_noon(on),
        by=by,
    )


def statement(of: Client, by: Membership, *, key: UUID | None = None) -> AccountStatement:
    """Make the statement of a client's account from the first of February to today."""
    return statements.make(
        client=of,
        since=date(2026, 2, 1),
        until=TODAY,
        key=key or uuid4(),
        today=TODAY,
        now=NOW,
        by=by,
    )


def kept_run(by: Membership, slug: str = "trial-balance") -> ReportRun:
    """Keep a run of a report of today."""
    report = REPORTS[slug]
    return report_runs.keep(
        slug=slug,
        name=report.name,
        version=report.version,
        asked=Asked(TODAY, TODAY.replace(day=1)),
        table_of=report.table,
        now=NOW,
        by=by,
    )


def ordered_file(by: Membership, slug: str = "general-ledger", kind: str = "csv") -> ReportFile:
    """Have the worker make a file of a report of this month."""
    return report_orders.order(
        slug=slug,
        asked=Asked(TODAY, TODAY.replace(day=1)),
        kind=kind,
        row_count=6_000,
        now=NOW,
        by=by,
    )


def at_noon(on: date) -> datetime:
    return datetime.combine(on, time(12), ZONE)
