"""What billing keeps from programs, for clients who have restricted what is told about them."""

from collections.abc import Iterable
from datetime import date, tzinfo

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from billing.models import Invoice, InvoiceLine, Session
from clients.models import Client, Restriction
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose

OF_SESSION = restrictions.keeps_back(Purpose.PROGRAM, on="served_on")
"""True of a session ``with_days`` on whose day a restriction runs."""

OF_INVOICE = Exists(
    InvoiceLine.objects.filter(
        restrictions.keeps_back(Purpose.PROGRAM, client="invoice__client", on="served_on"),
        invoice=OuterRef("pk"),
    )
)
"""True of an invoice with a line on whose day a restriction runs: its total would tell of it."""


def with_days(sessions: QuerySet[Session], *, zone: tzinfo) -> QuerySet[Session]:
    """Return sessions with the business date on which each took place, as ``served_on``."""
    return sessions.annotate(served_on=TruncDate("started_at", tzinfo=zone))


def on_days(client: Client, days: Iterable[date]) -> list[Restriction]:
    """Return the restrictions that keep services of these days from programs."""
    found, wanted = restrictions.blocks(client, purpose=Purpose.PROGRAM), list(days)
    return [each for each in found if any(map(each.covers, wanted))]


def of_invoice(invoice: Invoice) -> list[Restriction]:
    """Return the restrictions that keep an invoice from programs."""
    return on_days(invoice.client, [line.served_on for line in invoice.lines.all()])
