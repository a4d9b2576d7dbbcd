"""Any sequence of issuing, paying and applying keeps the money whole (I-3, I-4, I-6, I-8)."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from billing.models import Invoice, Payment
from billing.selectors import aging, integrity
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.services import applications, payments
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.selectors import integrity as books
from tests.billing import desk as at
from tests.billing import raw

DAYS = [date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 3)]
YEAR_END = date(2026, 12, 31)

who = st.integers(0, 1)
cents = st.integers(1, 400_00)
when = st.sampled_from(DAYS)
which = st.integers(0, 9)
steps = st.one_of(
    st.tuples(st.just("issue"), who, cents, when),
    st.tuples(st.just("pay"), who, cents, when, st.booleans()),
    st.tuples(st.just("pay_one"), which, cents, when),
    st.tuples(st.just("pay_by_card"), which, cents, when),
    st.tuples(st.just("apply"), which, which, cents, when),
)


@dataclass
class Practice:
    """What is owed and what is kept, counted in plain Python beside the books."""

    by: Membership
    clients: list[Client]
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    billed: Counter[int] = field(default_factory=Counter)
    paid: Counter[int] = field(default_factory=Counter)

    def issue(self, who: int, cents: int, on: date) -> None:
        dollars = str(Money(cents))
        self.invoices.append(at.invoice(self.clients[who], self.by, dollars=dollars, issued_on=on))
        self.billed[who] += cents

    def pay(self, who: int, cents: int, on: date, keep_rest: bool) -> None:
        with suppress(payments.ExceedsBalance):
            payment = at.cash(
                self.clients[who], self.by, str(Money(cents)), on=on, keep_rest=keep_rest
            )
            self.took(payment, who)

    def pay_one(self, which: int, cents: int, on: date) -> None:
        if self.invoices:
            invoice = self.invoices[which % len(self.invoices)]
            who = self.place(invoice.client_id)
            payment = at.cash(
                self.clients[who],
                self.by,
                str(Money(cents)),
                on=on,
                apply_to=invoice,
                keep_rest=True,
            )
            self.took(payment, who)

    def pay_by_card(self, which: int, cents: int, on: date) -> None:
        if self.invoices:
            invoice = self.invoices[which % len(self.invoices)]
            who = self.place(invoice.client_id)
            payment = payments.record_card(
                intent_amount=Money(cents),
                client=self.clients[who],
                invoice=invoice,
                received_on=on,
                fee=Money(cents // 30),
                key=uuid4(),
                now=at.NOW,
                by=self.by,
            )
            self.took(payment, who)

    def apply(self, payment: int, invoice: int, cents: int, on: date) -> None:
        if not self.payments or not self.invoices:
            return
        refusals = (
            applications.AnotherClient,
            applications.ExceedsBalance,
            applications.ExceedsCredit,
        )
        with suppress(*refusals):
            applications.apply(
                payment=self.payments[payment % len(self.payments)],
                invoice=self.invoices[invoice % len(self.invoices)],
                amount=Money(cents),
                applied_on=on,
                now=at.NOW,
                by=self.by,
            )

    def took(self, payment: Payment, who: int) -> None:
        self.payments.append(payment)
        self.paid[who] += payment.amount.cents

    def place(self, client_id: object) -> int:
        return next(n for n, client in enumerate(self.clients) if client.pk == client_id)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, max_size=10))
def test_no_cent_is_lost_or_spent_twice(
    desk: Membership, amara: Client, history: list[Any]
) -> None:
    with transaction.atomic():
        practice = Practice(desk, [amara, at.client(desk, "Whitfield")])
        for verb, *arguments in history:
            getattr(practice, verb)(*arguments)
        raw.check_as_at_commit()

        assert list(integrity.findings()) == []
        assert list(books.findings()) == []
        assert nets(practice) == {
            n: practice.billed[n] - practice.paid[n] for n in range(len(practice.clients))
        }
        assert all(ZERO <= balance_due(each) <= each.total for each in practice.invoices)
        assert all(ZERO <= credit_left(each) <= each.amount for each in practice.payments)
        transaction.set_rollback(True)


def nets(practice: Practice) -> dict[int, int]:
    """Return what each client owes on balance, from the report that ties out."""
    report = aging.receivables(as_of=YEAR_END)
    assert report.ties_out
    rows = {row.client_id: row.net.cents for row in report.rows}
    return {n: rows.get(client.pk, 0) for n, client in enumerate(practice.clients)}
