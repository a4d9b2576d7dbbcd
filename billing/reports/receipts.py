"""Money that came in, by day and way, and what of it was taken to the bank."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse

from billing.forms.reports import PeriodForm
from billing.models import Payment, PaymentReason, PaymentTakenBack
from billing.reports.declared import Report
from billing.selectors import standing
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


WHY = {PaymentReason.RETURNED.value: "sent back by the bank"}
"""Reason of a taking back → how the row says it, where it is not "taken back"."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment on the day on which it came, or its taking back as a minus."""

    payment: Payment
    on: date
    words: str
    entry_id: UUID
    amount: Money


def table(asked: Asked) -> Table:
    receipts = _receipts(asked)
    rows = [title("Receipts", COLUMNS)]
    ways: dict[str, Money] = {}
    for each in receipts:
        way = each.payment.get_method_display()
        ways[way] = ways.get(way, ZERO) + each.amount
        rows.append(
            Row(
                (each.on, each.words, each.payment.client.code, way, each.amount),
                url=reverse("billing:journal_entry", args=[each.entry_id]),
                client=each.payment.client_id,
            )
        )
    paid = {each.entry_id for each in receipts}
    came = [
        line
        for line in movements.movements((Role.CLIENT_CREDITS,), **asked.span, beside=HELD)
        if line.amount > ZERO or line.entry_id in paid
    ]
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
                total([*(each.amount for each in receipts), others]),
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


def _receipts(asked: Asked) -> list[Receipt]:
    """Return what came and what was taken back, by day and number."""
    span = (asked.first, asked.as_of)
    payments = standing.money(Payment.objects.filter(received_on__range=span))
    payments = payments.select_related("client")
    gone = PaymentTakenBack.objects.filter(taken_back_on__range=span)
    gone = gone.exclude(payment__method=Payment.Method.MOVED)
    gone = gone.select_related("payment__client")
    if asked.known_at is not None:
        payments = payments.filter(entry__posted_at__lte=asked.known_at)
        gone = gone.filter(entry__posted_at__lte=asked.known_at)
    found = [
        Receipt(each, each.received_on, each.receipt, each.entry_id, each.amount)
        for each in payments
    ]
    found += [
        Receipt(
            each.payment,
            each.taken_back_on,
            f"{each.payment.receipt} {WHY.get(each.reason, 'taken back')}",
            each.entry_id,
            -each.payment.amount,
        )
        for each in gone
    ]
    return sorted(found, key=lambda each: (each.on, each.words))


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
