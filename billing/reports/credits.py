"""Money of clients that no invoice has used yet, by the age of its payment."""

from django.urls import reverse

from billing.forms.reports import ReportForm
from billing.models import Payment
from billing.reports.declared import Report
from billing.selectors import codes
from billing.selectors.aging import Bucket
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    client,
    count,
    day,
    money,
    text,
    total,
)
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import subledger

COLUMNS = (
    client(),
    text("receipt", "Receipt"),
    day("received_on", "Received"),
    count("days", "Days"),
    money("credit", "Unapplied"),
)
AGES = (("Up to 30 days", 30), ("31 to 60", 60), ("61 to 90", 90), ("Over 90", None))


def table(asked: Asked) -> Table:
    items = subledger.open_items(Role.CLIENT_CREDITS, **asked.known)
    payments = Payment.objects.in_bulk([item.item for item in items])
    names = codes.of_clients(item.party for item in items)
    rows, ages = [], [Money(0)] * len(AGES)
    for item in items:
        payment = payments.get(item.item)
        days = (asked.as_of - payment.received_on).days if payment else None
        place = _age(days)
        ages[place] += item.balance
        rows.append(
            Row(
                (
                    names.get(item.party, ""),
                    payment.receipt if payment else "",
                    payment.received_on if payment else None,
                    days,
                    item.balance,
                ),
                url=reverse("billing:client", args=[item.party]),
                client=item.party if item.party in names else None,
            )
        )
    kept = total(item.balance for item in items)
    rows.sort(key=lambda row: (-(row.cells[3] or 0), str(row.cells[1])))  # type: ignore[operator]  # days
    return Table(
        COLUMNS,
        rows,
        totals=(Row(("Total", None, None, None, kept), Level.SUM),),
        ties=(
            Tie(
                "Unapplied credit equals the client credits",
                kept,
                subledger.balance(Role.CLIENT_CREDITS, **asked.known),
            ),
        ),
        bars=tuple(Bucket(label, amount) for (label, _), amount in zip(AGES, ages, strict=True)),
    )


def _age(days: int | None) -> int:
    """Return the place of an age; a credit without a payment of ours counts as new."""
    return next(
        place for place, (_, most) in enumerate(AGES) if most is None or (days or 0) <= most
    )


CREDITS = Report(
    slug="credits",
    name="Unapplied credits",
    lead="Money of clients that no invoice has used yet, oldest first.",
    form=ReportForm,
    table=table,
    empty=("No client has a credit on this date", "Every payment is applied to an invoice."),
)
