"""In which order money goes to what is open: what is due first is paid first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from billing.selectors import payment_plans
from billing.selectors.invoices import END_OF_TIME, OpenInvoice
from billing.selectors.payment_plans import Plan
from ledger.money import ZERO, Money

NONE: Mapping[UUID, Money] = {}


def of(opened: Sequence[OpenInvoice], *, first: Mapping[UUID, Money] = NONE) -> list[OpenInvoice]:
    """Return open invoices in the order in which they fall due. ``first`` comes before all others:
    so much of these invoices as it says, in cents, in its order.

    An invoice of a payment plan is due as the plan's installments are, so it may be there several
    times, each time with the part that is due then; the parts are what is open of it. So money for
    this week's session pays this week's session, and not an installment of next year.
    """
    items = {item.invoice.pk: item for item in opened}
    heads = [
        replace(items[pk], balance=min(items[pk].balance, amount))
        for pk, amount in first.items()
        if pk in items
    ]
    taken = {item.invoice.pk: item.balance for item in heads}
    rest = [replace(item, balance=item.balance - taken.get(pk, ZERO)) for pk, item in items.items()]
    rest = [item for item in rest if item.balance > ZERO]
    plans = set(payment_plans.plan_of([item.invoice.pk for item in rest]).values())
    if not plans:
        return [*heads, *rest]
    parts: defaultdict[UUID, list[tuple[date | None, Money]]] = defaultdict(list)
    for plan in payment_plans.shown(plans, today=END_OF_TIME):
        for invoice, on, amount in _shares(plan, taken):
            parts[invoice].append((on, amount))
    due = [
        (on or item.due_on, item.invoice.number, replace(item, balance=amount))
        for item in rest
        for on, amount in parts.get(item.invoice.pk, [(None, item.balance)])
    ]
    return [*heads, *(item for *_, item in sorted(due, key=lambda each: each[:2]))]


def _shares(plan: Plan, taken: Mapping[UUID, Money]) -> Iterator[tuple[UUID, date | None, Money]]:
    """Yield how much of which invoice each installment pays: the oldest invoice first. What is
    ``taken`` before pays the oldest installments; what is owed beyond the plan has no day of it.
    """
    before = sum((taken.get(held.invoice_id, ZERO) for held in plan.held), ZERO)
    days: list[tuple[date, Money]] = []
    for part in plan.parts:
        gone = min(part.left, before)
        before -= gone
        if part.left > gone:
            days.append((part.due_on, part.left - gone))
    for held in plan.held:
        left = held.left - taken.get(held.invoice_id, ZERO)
        while left > ZERO:
            on, room = days[0] if days else (None, left)
            share = min(left, room)
            yield held.invoice_id, on, share
            left -= share
            if days:
                days[:1] = [(days[0][0], room - share)] if room > share else []
