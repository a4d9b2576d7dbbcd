"""A sum in installments: how much on which days. Pure; nothing is read or kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice

from billing.models import PaymentPlan
from billing.selectors import recurring
from ledger.money import Money

Every = PaymentPlan.Every

DAYS = {Every.WEEK: 7, Every.TWO_WEEKS: 14}


@dataclass(frozen=True, slots=True)
class Installment:
    """How much is due, in cents, and the last day on which it is not late."""

    due_on: date
    amount: Money


def number_of(total: Money, amount: Money) -> int:
    """Return how many installments of an amount make a total; the last one may be less."""
    return -(-total.cents // amount.cents)


def of(total: Money, *, amount: Money, every: str, starts_on: date) -> list[Installment]:
    """Return the installments of a total, which they add up to: each the amount, the last the rest.

    Raises:
        ValueError: the total or the amount is not above zero.
    """
    if total.cents <= 0 or amount.cents <= 0:
        raise ValueError("Installments are of money.")
    times = number_of(total, amount)
    last = Money(total.cents - (times - 1) * amount.cents)
    amounts = [amount] * (times - 1) + [last]
    days = islice(_days(every, starts_on), times)
    return [Installment(on, each) for on, each in zip(days, amounts, strict=True)]


def _days(every: str, starts_on: date) -> Iterator[date]:
    """Yield the days that installments are due on. Months are counted from the first day, so that
    January 31 is followed by the last of February and by March 31.
    """
    if every == Every.MONTH:
        yield from recurring.days_of(starts_on=starts_on, day=starts_on.day, every_months=1)
        return
    for step in count():
        yield starts_on + timedelta(days=step * DAYS[Every(every)])
