"""Any price and any number of sessions make the price, however they are used and given back."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from billing.models import Invoice, Package, PackageEnd, VoidReason
from billing.selectors import integrity, packages
from billing.selectors.packages import worth
from billing.services import package_ends, redemptions, voids
from billing.services.package_offers import UsedCounts
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.selectors import integrity as books
from tests.billing import desk as at
from tests.billing import prepaid

numbers = st.integers(1, 100)
which = st.integers(0, 9)
steps = st.one_of(
    st.tuples(st.just("sell"), st.integers(1, 5), st.integers(5, 900_00), st.booleans()),
    st.tuples(st.just("use"), st.integers(1, 300_00)),
    st.tuples(st.just("void"), which),
    st.tuples(st.just("pay"), st.integers(1, 400_00)),
    st.tuples(st.just("give_back"), which),
    st.tuples(st.just("go_on"), which),
    st.tuples(st.just("run_out"), st.just(0)),
)


@given(numbers, st.integers(0, 10_000_00), st.lists(st.integers(0, 99), max_size=30))
@settings(max_examples=2_000, deadline=None)
def test_any_price_is_used_up_to_the_cent(number: int, extra: int, backs: list[int]) -> None:
    """Sessions that go back to the package, whichever and whenever, change nothing of that."""
    price, paid = Money(number + extra), list[Money]()

    while len(paid) < number:
        amount = worth(price, number, len(paid), sum(paid, ZERO))
        assert amount > ZERO
        paid.append(amount)
        if backs:
            paid.pop(backs.pop() % len(paid))

    assert sum(paid, ZERO) == price


@dataclass
class Desk:
    """Steps that the services take or refuse in words, never the database."""

    by: Membership
    client: Client
    days: int = 0
    used: list[Invoice] = field(default_factory=list)

    def sell(self, sessions: int, cents: int, by_list: bool) -> None:
        prepaid.sold(
            self.client,
            self.by,
            sessions=sessions,
            dollars=str(Money(cents)),
            days=40,
            used_counts=UsedCounts.LIST if by_list else UsedCounts.UNIT,
        )

    def use(self, cents: int) -> None:
        self.days = self.days % 20 + 1
        on = prepaid.SOLD + timedelta(days=self.days)
        self.used.append(prepaid.used(self.client, self.by, on=on, dollars=str(Money(cents))))

    def void(self, which: int) -> None:
        every = list(Invoice.objects.order_by("number"))
        if every:
            # Above what somebody refunds alone a second person is asked, and nothing changes yet.
            with suppress(voids.AlreadyVoid, voids.PackageUsed, redemptions.PackageOver):
                voids.void(
                    invoice=every[which % len(every)],
                    reason=VoidReason.SESSIONS,
                    voided_on=at.TODAY,
                    key=uuid4(),
                    now=at.NOW,
                    by=self.by,
                )

    def pay(self, cents: int) -> None:
        at.cash(self.client, self.by, str(Money(cents)), keep_rest=True)

    def give_back(self, which: int) -> None:
        sold = list(Package.objects.order_by("reference"))
        if sold:
            with suppress(package_ends.AlreadyEnded, package_ends.NothingLeft):
                prepaid.given_back(sold[which % len(sold)], self.by)

    def go_on(self, which: int) -> None:
        ends = list(PackageEnd.objects.filter(kind="REFUNDED").order_by("id"))
        if ends:
            with suppress(package_ends.AlreadyTakenBack):
                prepaid.goes_on(ends[which % len(ends)], self.by)

    def run_out(self, _: int) -> None:
        on = date(2026, 6, 1)
        for each in packages.run_out(today=on):
            package_ends.expire(
                picked=[each.package.pk],
                shown=each.amount,
                on=on,
                key=uuid4(),
                now=at.at_noon(on),
                by=self.by,
            )


@given(st.lists(steps, max_size=12))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_history_keeps_packages_and_books_whole(
    desk: Membership, amara: Client, history: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        there = Desk(desk, amara)
        for name, *told in history:
            getattr(there, name)(*told)
        assert list(integrity.findings()) == []
        assert list(books.findings()) == []
        for left in packages.left_of(packages.running()).values():
            assert left.sessions >= 0
            assert (left.amount == ZERO) == (left.sessions == 0)
        transaction.set_rollback(True)
