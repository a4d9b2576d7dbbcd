"""Money that came in, by day and way, and what of it was taken to the bank."""

from uuid import UUID

from django.urls import reverse

from billing.forms.reports import PeriodForm
from billing.models import Payment
from billing.reports.declared import Report
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    client,
    day,
    money,
    text,
    title,
    total,
)
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import movements
from ledger.selectors.movements import Movement

COLUMNS = (
    day("date", "Date"),
    text("memo", "Receipt or deposit"),
    client(),
    text("method", "Way"),
    money("amount", "Amount"),
)
HELD = (
    Role.UNDEPOSITED_FUNDS,
    Role.REMITTANCE_CLEARING,
    Role.PAYOUTS_IN_TRANSIT,
    Role.STRIPE_CLEARING,
)
"""Where money waits on its way to the bank."""


def table(asked: Asked) -> Table:
    payments = Payment.objects.filter(received_on__range=(asked.first, asked.as_of))
    if asked.known_at is not None:
        payments = payments.filter(entry__posted_at__lte=asked.known_at)
    received = list(payments.select_related("client").order_by("received_on", "receipt"))
    rows = [title("Receipts", COLUMNS)]
    ways: dict[str, Money] = {}
    for payment in received:
        way = payment.get_method_display()
        ways[way] = ways.get(way, ZERO) + payment.amount
        rows.append(
            Row(
                (
                    payment.received_on,
                    payment.receipt,
                    payment.client.code,
                    way,
                    payment.amount,
                ),
                url=reverse("billing:journal_entry", args=[payment.entry_id]),
                client=payment.client_id,
            )
        )
    came = [
        line
        for line in movements.movements((Role.CLIENT_CREDITS,), **asked.span, beside=HELD)
        if line.amount > ZERO
    ]
    paid = {payment.entry_id for payment in received}
    unknown = [line for line in came if line.entry_id not in paid]
    others = total(line.amount for line in unknown)
    rows += [
        Row(
            (line.entry_date, line.memo, None, "Without a receipt", line.amount),
            url=reverse("billing:journal_entry", args=[line.entry_id]),
        )
        for line in unknown
    ]
    if unknown:
        ways["without a receipt"] = others
    rows += [Row((f"Total {way}", None, None, None, ways[way]), Level.SUM) for way in sorted(ways)]
    deposits = movements.movements((Role.OPERATING_BANK,), **asked.span, beside=HELD)
    rows.append(title("Deposits", COLUMNS))
    rows += [
        Row(
            (line.entry_date, line.memo, None, "Bank", line.amount),
            url=reverse("billing:journal_entry", args=[line.entry_id]),
        )
        for line in deposits
    ]
    taken = total(line.amount for line in deposits)
    rows.append(Row(("Total deposits", None, None, None, taken), Level.SUM))
    return Table(
        COLUMNS,
        rows if came or deposits else [],
        ties=(
            Tie(
                "Receipts equal what drawer, payers and card company brought to client credits",
                total([*(payment.amount for payment in received), others]),
                total(line.amount for line in came),
            ),
            Tie(
                "Deposits equal the other side of their entries",
                taken,
                total(-line.net for line in _opposite({line.entry_id for line in deposits}, asked)),
            ),
        ),
        notes=("A deposit is counted when the ledger has it: drawer, payers' transfers, payouts.",),
    )


def _opposite(deposits: set[UUID], asked: Asked) -> list[Movement]:
    bank = (Role.OPERATING_BANK,)
    others = tuple(role for role in Role if role not in bank)
    found = movements.movements(others, **asked.span, beside=bank)
    return [line for line in found if line.entry_id in deposits]


RECEIPTS = Report(
    slug="receipts",
    name="Cash receipts and deposits",
    lead="Every payment by the day on which it came, and what was taken to the bank.",
    form=PeriodForm,
    table=table,
    empty=("No money moved in this time", "No payment and no deposit is dated in it."),
)
