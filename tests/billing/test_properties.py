"""Any sequence of billing, paying and putting right keeps the money whole (I-3, I-4, I-6, I-8)."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from billing.models import Invoice, Payment, PaymentApplication, Refund, WriteOff
from billing.selectors import aging, integrity, receivables, standing, unapplied
from billing.selectors.aging import BUCKETS, Basis, bucket_of
from billing.selectors.credit_list import CreditList
from billing.selectors.drawer import drawer
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.selectors.write_offs import written_off
from billing.services import applications, corrections, payments, refunds, voids, write_offs
from billing.services import drawer as drawers
from billing.services.applications import Share
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.selectors import integrity as books
from tests.billing import desk as at
from tests.billing import money, raw
from tests.houses import House

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
    st.tuples(st.just("void"), which, st.booleans(), when),
    st.tuples(st.just("count"), st.integers(-50, 50)),
    st.tuples(st.just("deposit"), cents),
    st.tuples(st.just("refund"), which, cents, st.sampled_from(refunds.Charge), when),
    st.tuples(st.just("keep"), which, when),
    st.tuples(st.just("write_off"), which, cents, when),
    st.tuples(st.just("owe_again"), which, when),
    st.tuples(st.just("unapply"), which, when),
    st.tuples(st.just("correct"), which, who, cents, when),
)


@dataclass
class Practice:
    """What is owed and what is kept, counted in plain Python beside the books."""

    by: Membership
    books: Membership
    clients: list[Client]
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    billed: Counter[int] = field(default_factory=Counter)
    paid: Counter[int] = field(default_factory=Counter)
    forgiven: Counter[int] = field(default_factory=Counter)

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
            applications.BeforeItWas,
        )
        share = Share(self.invoices[invoice % len(self.invoices)], Money(cents))
        with suppress(*refusals):
            applications.apply(
                payment=self.payments[payment % len(self.payments)],
                shares=[share],
                applied_on=on,
                now=at.NOW,
                by=self.by,
            )

    def void(self, which: int, again: bool, on: date) -> None:
        if not self.invoices:
            return
        invoice = self.invoices[which % len(self.invoices)]
        sessions = [line.session for line in invoice.lines.select_related("session")]
        who = self.place(invoice.client_id)
        with suppress(voids.AlreadyVoid, voids.BeforeItWas):
            forgiven = written_off(invoice).cents
            voided = money.voided(invoice, self.books, again=sessions if again else (), on=on)
            self.forgiven[who] -= forgiven
            if voided.replacement is None:
                self.billed[who] -= invoice.total.cents
            else:
                self.invoices.append(voided.replacement)

    def refund(self, which: int, cents: int, charge: refunds.Charge, on: date) -> None:
        if not self.payments:
            return
        payment, amount = self.payments[which % len(self.payments)], min(cents, 100_00)
        who, before = self.place(payment.client_id), written_off_of(payment.client_id)
        way = payments.Method.CASH if payment.method == "CASH" else payments.Method.CHECK
        refusals = (refunds.ExceedsRefundable, refunds.NotInDrawer, refunds.BeforeItWas)
        with suppress(*refusals, AssertionError):
            money.refunded(payment, self.by, str(Money(amount)), method=way, charge=charge, on=on)
            self.paid[who] -= amount
        self.forgiven[who] += written_off_of(payment.client_id) - before

    def count(self, over: int) -> None:
        there = drawer()
        cash = there.cash + Money(over)
        if cash >= ZERO and there.checks >= ZERO:
            reason = drawers.Reason.CHANGE if over else ""
            money.counted(self.by, str(cash), str(there.checks), reason=reason)

    def deposit(self, cents: int) -> None:
        with suppress(drawers.NotThere):
            money.deposited(self.by, str(Money(cents)), "0.00")

    def keep(self, which: int, on: date) -> None:
        given = list(Refund.objects.order_by("id"))
        if given:
            chosen = given[which % len(given)]
            with suppress(refunds.AlreadyTakenBack, refunds.BeforeItWas):
                money.kept_after_all(chosen, self.by, on=on)
                self.paid[self.place(chosen.payment.client_id)] += chosen.amount.cents

    def write_off(self, which: int, cents: int, on: date) -> None:
        if not self.invoices:
            return
        invoice, amount = self.invoices[which % len(self.invoices)], min(cents, 200_00)
        with suppress(write_offs.ExceedsOpen, write_offs.BeforeItWas, AssertionError):
            money.written_off(invoice, self.books, str(Money(amount)), on=on)
            self.forgiven[self.place(invoice.client_id)] += amount

    def owe_again(self, which: int, on: date) -> None:
        written = list(WriteOff.objects.order_by("id"))
        if written:
            chosen = written[which % len(written)]
            with suppress(write_offs.AlreadyTakenBack, write_offs.BeforeItWas):
                money.owed_again(chosen, self.books, on=on)
                self.forgiven[self.place(chosen.invoice.client_id)] -= chosen.amount.cents

    def unapply(self, which: int, on: date) -> None:
        applied = list(PaymentApplication.objects.order_by("id"))
        if applied:
            with suppress(applications.AlreadyTakenBack, applications.BeforeItWas):
                applications.take_back(
                    application=applied[which % len(applied)],
                    reason=applications.Reason.MISTAKE,
                    taken_back_on=on,
                    now=at.NOW,
                    by=self.by,
                )

    def correct(self, which: int, who: int, cents: int, on: date) -> None:
        if not self.payments:
            return
        payment = self.payments[which % len(self.payments)]
        is_card = payment.method == Payment.Method.CARD
        right = corrections.Right(
            client=self.clients[who],
            amount=payment.amount if is_card else Money(cents),
            method=payments.Method(payment.method),
            received_on=payment.received_on if is_card else on,
        )
        refusals = (
            corrections.AlreadyCorrected,
            corrections.NothingDiffers,
            corrections.PartlyRefunded,
            corrections.AtTheBank,
        )
        with suppress(*refusals):
            corrected = corrections.correct(
                payment=payment,
                right=right,
                reason=corrections.Reason.CLIENT,
                key=uuid4(),
                today=at.TODAY,
                now=at.NOW,
                by=self.by,
            )
            if isinstance(corrected, corrections.Waiting):
                return
            self.paid[self.place(payment.client_id)] -= payment.amount.cents
            assert corrected.replacement is not None
            self.took(corrected.replacement, who)

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
    practice: House, desk: Membership, amara: Client, history: list[Any]
) -> None:
    with transaction.atomic():
        books_keeper = practice.people["accountant"]
        office = Practice(desk, books_keeper, [amara, at.client(desk, "Whitfield")])
        for verb, *arguments in history:
            getattr(office, verb)(*arguments)
        raw.check_as_at_commit()
        compare_credits()

        assert list(integrity.findings()) == []
        assert list(books.findings()) == []
        assert nets(office) == {
            n: office.billed[n] - office.paid[n] - office.forgiven[n]
            for n in range(len(office.clients))
        }
        assert all(ZERO <= balance_due(each) <= each.total for each in office.invoices)
        assert all(ZERO <= credit_left(each) <= each.amount for each in office.payments)
        transaction.set_rollback(True)


def compare_credits() -> None:
    """Compare what the database says of the list of credit with the suggestions one by one."""
    credits = unapplied.credits(None, on=YEAR_END)
    useful = [credit for credit in credits if credit.parts]
    for every, wanted in ((True, credits), (False, useful)):
        listed = CreditList(None, on=YEAR_END, every=every)
        assert [*listed[0:1], *listed[1:9]] == wanted[:9]
        assert len(listed) == len(wanted)
        assert listed.useful_count == len(useful)
        assert listed.useful_total == sum((credit.applied for credit in useful), ZERO)
        assert listed.left == sum((credit.left for credit in credits), ZERO)


def written_off_of(client_id: UUID) -> int:
    """Return what is written off of a client's invoices, in cents."""
    rows = standing.write_offs().filter(invoice__client=client_id)
    return sum(each.amount.cents for each in rows)


def nets(practice: Practice) -> dict[int, int]:
    """Return what each client owes on balance, from the report that ties out on every basis."""
    for basis in Basis:
        report = receivables.on(as_of=YEAR_END, basis=basis)
        assert report.ties_out
        # What the database added up by age is what the charges add up to, one by one.
        by_age = [0] * len(BUCKETS)
        for part in aging.parts(as_of=YEAR_END, basis=basis, by_session=basis is Basis.SERVICE):
            by_age[bucket_of((YEAR_END - part.counts_from).days)] += part.amount.cents
        assert [bucket.amount.cents for bucket in report.buckets] == by_age
    rows = {row.client_id: row.net.cents for row in report.rows}
    return {n: rows.get(client.pk, 0) for n, client in enumerate(practice.clients)}
