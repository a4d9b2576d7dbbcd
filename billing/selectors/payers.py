"""What a client sees of their own account, by a pay link. No diagnosis stands in any of it, and
nothing of what others pay for them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.models import CardIntent, Invoice, InvoiceLineText, Payment
from billing.selectors import (
    invoices,
    own_items,
    payment_plans,
    payments,
    questions,
    standing,
    turns,
)
from billing.selectors.invoices import END_OF_TIME, Line, OpenInvoice
from ledger.chart import Role
from ledger.money import ZERO, Money

SHOWN_OF_EACH = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """What a person owes, in cents: open invoices less what is kept as credit.

    Money is received for one record, ``record_id``: of a person with several, the one of which
    something is due first, unless another one is asked about. ``most`` is what one payment for it
    may be.
    """

    open: Money
    credit: Money
    record_id: UUID
    most: Money

    @property
    def owes(self) -> Money:
        return max(self.open - self.credit, ZERO)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice with its lines as they were issued; ``left`` is what is open of it, and ``plan``
    the number of the payment plan that pays it, if it is kept, or "".
    """

    pk: UUID
    number: str
    issued_on: date
    due_on: date
    total: Money
    left: Money
    is_late: bool
    plan: str
    lines: list[Line]
    asked: list[questions.Asked]

    @property
    def may_say_paid(self) -> bool:
        """Whether something is open of it, and nobody looks for a payment already."""
        waits = any(each.is_paid and each.answer is None for each in self.asked)
        return bool(self.left) and not waits

    @property
    def settled(self) -> Money:
        return self.total - self.left


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as its client reads it: ``how`` names the card's end where it is known."""

    pk: UUID
    receipt: str
    on: date
    how: str
    amount: Money


def owed_by(records: Sequence[UUID], *, record: UUID | None = None) -> Owed:
    """Return what a person owes over all of their records, the kept one first.

    ``record``: the one of them for which money would be received.
    """
    opened = _open(records)
    left, kept = dict.fromkeys(records, ZERO), dict.fromkeys(records, ZERO)
    for each in opened:
        left[each.invoice.client_id] += each.balance
    for item in own_items.of_one(Role.CLIENT_CREDITS, records, None, as_of=END_OF_TIME):
        kept[item.party] += item.balance
    in_turn = turns.of(opened) if len(records) > 1 else opened
    owing = [pk for each in in_turn if left[pk := each.invoice.client_id] > kept[pk]]
    record = record or (owing[0] if owing else records[0])
    total, credit = sum(left.values(), ZERO), sum(kept.values(), ZERO)
    most = max(min(total - credit, left[record] - kept[record]), ZERO)
    return Owed(total, credit, record, most)


def bills(
    records: Collection[UUID], *, plans: Collection[payment_plans.Plan], on: date
) -> list[Bill]:
    """Return a person's open invoices, the oldest first, and then the newest of the others, with
    their lines and what was asked about them, in seven queries for all of them. ``plans`` are
    those of the person that run.
    """
    kept = {
        held.invoice_id: plan.row.reference
        for plan in plans
        if plan.state == "kept"
        for held in plan.held
    }
    opened = _open(records)
    left = {each.invoice.pk: each.balance for each in opened}
    others = standing.invoices().filter(client__in=records, party=None).exclude(pk__in=left)
    shown = [each.invoice for each in opened]
    shown += list(invoices.newest_first(others)[:SHOWN_OF_EACH])
    lines = _lines(shown)
    asked = questions.of_invoices([invoice.pk for invoice in shown])
    return [
        Bill(
            pk=invoice.pk,
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            total=invoice.total,
            left=left.get(invoice.pk, ZERO),
            is_late=invoice.pk in left and invoice.due_on < on,
            plan=kept.get(invoice.pk, "") if invoice.pk in left else "",
            lines=lines[invoice.pk],
            asked=asked[invoice.pk],
        )
        for invoice in shown
    ]


def _open(records: Collection[UUID]) -> list[OpenInvoice]:
    """Return what a person has open themself; what others pay for them is told to those alone."""
    return [each for each in invoices.open_of_all(records) if each.invoice.party_id is None]


def _lines(shown: Sequence[Invoice]) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {invoice.pk: [] for invoice in shown}
    texts = InvoiceLineText.objects.filter(line__invoice__in=shown).select_related("line")
    for text in texts.order_by("line__position"):
        line = text.line
        found[line.invoice_id].append(
            Line(line.served_on, text.description, line.minutes, line.amount, line.discount)
        )
    return found


def paid(records: Collection[UUID]) -> list[Paid]:
    """Return a person's newest payments that stand, in two queries."""
    received = standing.received(Payment.objects.filter(client__in=records, party=None))
    shown = list(payments.newest_first(received)[:SHOWN_OF_EACH])
    ends = dict(CardIntent.objects.filter(payment__in=shown).values_list("payment_id", "card_end"))
    return [_paid(payment, ends.get(payment.pk, "")) for payment in shown]


def _paid(payment: Payment, card_end: str) -> Paid:
    how = f"by card ··{card_end}" if card_end else payments.how(payment)
    return Paid(payment.pk, payment.receipt, payment.received_on, how, payment.amount)


def paid_by(intent: CardIntent) -> Paid | None:
    """Return the payment that a card intent became, or None while it is none."""
    return _paid(intent.payment, intent.card_end) if intent.payment else None


def waiting(records: Collection[UUID]) -> CardIntent | None:
    """Return the newest card payment of an account whose end is not known, if there is one."""
    states = [CardIntent.State.OPEN, CardIntent.State.UNKNOWN]
    found = CardIntent.objects.filter(client__in=records, state__in=states)
    return found.order_by("-created_at", "-id").first()
