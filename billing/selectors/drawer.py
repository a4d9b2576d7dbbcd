"""What lies in the drawer by the books, and what was counted in it and taken from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from billing.models import Deposit, DepositTakenBack, DrawerCount, Payment, ReturnedCheck
from billing.selectors import standing
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Drawer:
    """What should lie in the drawer now, in cents."""

    cash: Money
    checks: Money

    @property
    def total(self) -> Money:
        return self.cash + self.checks


@dataclass(frozen=True, slots=True)
class Way:
    """What was taken one way on a day, and how often."""

    label: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Counted:
    """A count: what it found over (positive) or short."""

    on: date
    cash: Money
    checks: Money
    difference: Money
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A deposit; ``gone`` says why it was taken back, or ""."""

    pk: UUID
    reference: str
    bag_number: str
    on: date
    cash: Money
    checks: Money
    by: str
    gone: str = ""

    @property
    def total(self) -> Money:
        return self.cash + self.checks


def drawer() -> Drawer:
    """Return what lies in the drawer by the books: undeposited funds, the checks of them apart.

    Whatever else left undeposited funds, such as a refund or a bill paid in cash, was cash.
    """
    received = standing.received(Payment.objects.filter(method=Payment.Method.CHECK))
    checks = _sum(received.aggregate(sum=Sum("amount"))["sum"]) - checks_at_bank()
    return Drawer(subledger.balance(Role.UNDEPOSITED_FUNDS) - checks, checks)


def checks_at_bank() -> Money:
    """Return what of checks deposits took to the bank that it did not send back, in cents."""
    back = ReturnedCheck.objects.filter(was_deposited=True)
    return _sum(standing.deposits().aggregate(sum=Sum("checks"))["sum"]) - _sum(
        back.aggregate(sum=Sum("taken_back__payment__amount"))["sum"]
    )


def taken_on(on: date) -> list[Way]:
    """Return what was taken on a day by each way, in one query."""
    rows = standing.received(Payment.objects.filter(received_on=on)).values_list("method", "amount")
    found = [(method, amount) for method, amount in rows]
    return [
        Way(
            str(way.label),
            sum(1 for method, _ in found if method == way),
            sum((amount for method, amount in found if method == way), ZERO),
        )
        for way in Payment.Method
        if way != Payment.Method.MOVED
    ]


def counts() -> list[Counted]:
    """Return the newest counts, in one query."""
    rows = DrawerCount.objects.select_related("counted_by").order_by("-counted_at", "-id")[:SHOWN]
    return [
        Counted(
            row.counted_on,
            row.cash,
            row.checks,
            row.cash - row.expected_cash,
            str(row.get_reason_display()) if row.reason else "",
            row.counted_by.display_name,
        )
        for row in rows
    ]


def deposits() -> list[DepositRow]:
    """Return the newest deposits, in two queries."""
    rows = list(Deposit.objects.select_related("recorded_by").order_by("-id")[:SHOWN])
    gone = _gone(rows)
    return [
        DepositRow(
            row.pk,
            row.reference,
            row.bag_number,
            row.deposited_on,
            row.cash,
            row.checks,
            row.recorded_by.display_name,
            gone.get(row.pk, ""),
        )
        for row in rows
    ]


def _gone(rows: Iterable[Deposit]) -> dict[UUID, str]:
    found = DepositTakenBack.objects.filter(deposit__in=[row.pk for row in rows])
    return {back.deposit_id: str(back.get_reason_display()) for back in found}


def _sum(found: Money | None) -> Money:
    return found or ZERO
