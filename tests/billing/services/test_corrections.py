"""A payment that was recorded wrongly is taken back and recorded anew; both stay in sight."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from billing.models import ApplicationTakenBack, Payment, PaymentTakenBack
from billing.selectors import integrity, receivables, reversals
from billing.selectors.balances import balances_of
from billing.selectors.drawer import drawer
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left, parts_of, taken_on
from billing.services import applications, corrections, payments, refunds
from billing.services.applications import Share
from billing.services.corrections import Reason
from billing.services.payments import Method
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.services import journal, periods
from tests.billing import desk as at
from tests.billing import money, raw
from tests.billing.services.test_payments import balances, card
from tests.houses import House

FEBRUARY = date(2026, 2, 10)


def test_a_wrong_amount_is_put_right(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    wrong = at.cash(amara, desk, "100.00")

    back = money.corrected(wrong, desk, amount=Money(10_00))

    assert back.replacement is not None
    assert (back.replacement.receipt, back.replacement.amount) == ("R-00002", Money(10_00))
    assert credit_left(wrong) == ZERO
    assert balance_due(invoice) == Money(140_00)
    assert balances()["1010"] == Money(10_00)
    assert list(integrity.findings()) == []


def test_a_wrong_client_gets_nothing_and_the_right_one_pays(
    desk: Membership, amara: Client
) -> None:
    other = at.client(desk, "Whitfield")
    theirs, ours = at.invoice(other, desk), at.invoice(amara, desk)
    wrong = at.cash(amara, desk, "150.00")

    money.corrected(wrong, desk, reason=Reason.CLIENT, client=other)

    assert (balance_due(ours), balance_due(theirs)) == (Money(150_00), ZERO)
    assert balances()["1010"] == Money(150_00)


def test_the_right_payment_pays_what_the_wrong_one_paid(desk: Membership, amara: Client) -> None:
    older = at.invoice(amara, desk, issued_on=date(2026, 1, 20))
    chosen = at.invoice(amara, desk)
    wrong = at.cash(amara, desk, "150.00", apply_to=chosen)

    back = money.corrected(wrong, desk, amount=Money(160_00))

    assert back.replacement is not None
    assert [part.number for part in parts_of(back.replacement)] == [chosen.number, older.number]


def test_what_is_over_stays_as_credit(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    wrong = at.cash(amara, desk, "20.00")

    back = money.corrected(wrong, desk, amount=Money(200_00))

    assert back.replacement is not None
    assert credit_left(back.replacement) == Money(50_00)


def test_everything_is_dated_as_it_was(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=FEBRUARY)
    wrong = at.cash(amara, desk, "100.00", on=FEBRUARY)

    back = money.corrected(wrong, desk)

    assert back.taken_back_on == FEBRUARY
    assert ApplicationTakenBack.objects.get().taken_back_on == FEBRUARY
    assert balances(FEBRUARY)["1010"] == Money(12_00)


def test_what_lies_in_a_closed_month_is_corrected_today(
    practice: House, desk: Membership, amara: Client
) -> None:
    wrong = at.cash(amara, desk, "100.00", on=FEBRUARY, keep_rest=True)
    periods.close(month=date(2026, 2, 1), today=at.TODAY, by=practice.people["accountant"])

    with pytest.raises(journal.PeriodClosed):
        money.corrected(wrong, desk)
    back = money.corrected(wrong, desk, amount=Money(12_00), received_on=at.TODAY)

    assert back.taken_back_on == at.TODAY
    assert balances(FEBRUARY)["1010"] == Money(100_00)
    assert balances()["1010"] == Money(12_00)


@pytest.mark.parametrize("reason", [Reason.TWICE, Reason.NEVER_CAME])
def test_where_no_money_came_nothing_stands_in_its_place(
    desk: Membership, amara: Client, reason: Reason
) -> None:
    invoice = at.invoice(amara, desk, dollars="90.00")
    wrong = at.cash(amara, desk, "90.00")

    back = money.corrected(wrong, desk, reason=reason)

    assert back.replacement is None
    assert balance_due(invoice) == Money(90_00)
    assert taken_on(Payment.objects.all(), at.TODAY) == ZERO


def test_a_card_payment_moves_to_another_client_only(desk: Membership, amara: Client) -> None:
    payment = card(amara, desk, at.invoice(amara, desk, dollars="135.00"))
    other = at.client(desk, "Whitfield")

    for reason, changes in (
        (Reason.AMOUNT, {"amount": Money(1_00)}),
        (Reason.METHOD, {"method": payments.Method.CASH}),
        (Reason.CLIENT, {"client": other, "amount": Money(1_00)}),
        (Reason.NEVER_CAME, {}),
    ):
        with pytest.raises(corrections.TakenByCard, match="what the card company took"):
            money.corrected(payment, desk, reason=reason, **changes)
    back = money.corrected(payment, desk, reason=Reason.CLIENT, client=other)

    assert back.replacement is not None
    assert back.replacement.method == Payment.Method.CARD
    assert balances()["1020"] == Money(130_78)
    assert balances_of([other.pk], on=at.TODAY)[other.pk].credit == Money(135_00)


def test_cash_does_not_become_a_card_payment(desk: Membership, amara: Client) -> None:
    wrong = at.cash(amara, desk, "20.00", keep_rest=True)

    with pytest.raises(corrections.TakenByCard, match="comes from the card company"):
        money.corrected(wrong, desk, reason=Reason.METHOD, method=payments.Method.CARD)


def test_what_is_wrong_must_differ(desk: Membership, amara: Client) -> None:
    wrong = at.cash(amara, desk, "20.00", keep_rest=True)

    with pytest.raises(corrections.NothingDiffers, match="Nothing differs"):
        money.corrected(wrong, desk, amount=Money(20_00))
    with pytest.raises(corrections.NothingDiffers, match="what is right"):
        correct(wrong, desk, right=None)


def test_a_payment_is_corrected_once(desk: Membership, amara: Client) -> None:
    wrong = at.cash(amara, desk, "20.00", keep_rest=True)
    money.corrected(wrong, desk)

    with pytest.raises(corrections.AlreadyCorrected, match="R-00001 was taken back already"):
        money.corrected(wrong, desk)


def test_a_correction_sent_twice_is_one(desk: Membership, amara: Client) -> None:
    wrong = at.cash(amara, desk, "20.00", keep_rest=True)
    other = at.cash(amara, desk, "30.00", keep_rest=True)
    key = uuid4()

    first, again = correct(wrong, desk, key=key), correct(wrong, desk, key=key)

    assert first == again
    assert Payment.objects.count() == 3
    with pytest.raises(corrections.KeyReused):
        correct(other, desk, key=key)


def test_the_key_of_a_payment_corrects_none(desk: Membership, amara: Client) -> None:
    payment = at.cash(amara, desk, "20.00", keep_rest=True)

    with pytest.raises(corrections.KeyReused, match="for a payment"):
        correct(payment, desk, key=payment.key)


@pytest.mark.parametrize(
    ("reason", "right", "less"),
    [(Reason.NEVER_CAME, None, 150_00), (Reason.AMOUNT, Money(40_00), 110_00)],
    ids=["never came", "less than was said"],
)
def test_money_leaves_the_books_above_the_limit_with_a_second_person(
    practice: House,
    desk: Membership,
    amara: Client,
    reason: Reason,
    right: Money | None,
    less: int,
) -> None:
    """Else whoever keeps the cash says that it never came, and the drawer is right."""
    payment, now = at.cash(amara, desk, "150.00", keep_rest=True), timezone.now()

    def corrected() -> PaymentTakenBack | corrections.Waiting:
        return corrections.correct(
            payment=payment,
            right=money.right(payment, amount=right) if right else None,
            reason=reason,
            key=uuid4(),
            today=at.TODAY,
            now=now,
            by=desk,
        )

    assert isinstance(corrected(), corrections.Waiting)
    assert credit_left(payment) == Money(150_00)
    [asked] = Approval.objects.all()
    assert (asked.act, asked.label, asked.amount_cents) == (Act.REFUND, "R-00001, corrected", less)
    approvals.decide(
        approval=asked,
        decision=approvals.Decision.APPROVED,
        by=practice.people["accountant"],
        now=now,
    )
    assert isinstance(corrected(), PaymentTakenBack)
    assert credit_left(payment) == ZERO


def test_an_approved_refund_is_no_approved_correction(
    practice: House, desk: Membership, amara: Client
) -> None:
    payment, now = at.cash(amara, desk, "150.00", keep_rest=True), timezone.now()
    details = refunds.Details(Money(150_00), Method.CASH, refunds.Reason.LEAVING, at.TODAY)
    asked = refunds.record(payment=payment, details=details, key=uuid4(), now=now, by=desk)
    assert isinstance(asked, corrections.Waiting)
    approvals.decide(
        approval=Approval.objects.get(),
        decision=approvals.Decision.APPROVED,
        by=practice.people["accountant"],
        now=now,
    )

    waits = corrections.correct(
        payment=payment,
        right=None,
        reason=Reason.NEVER_CAME,
        key=uuid4(),
        today=at.TODAY,
        now=now,
        by=desk,
    )

    assert isinstance(waits, corrections.Waiting)


@pytest.mark.parametrize(
    ("method", "other_way", "bag"),
    [
        (Method.CASH, Method.CHECK, ("50.00", "0")),
        (Method.CHECK, Method.CASH, ("0", "50.00")),
    ],
)
def test_what_went_to_the_bank_is_not_corrected_away(
    desk: Membership, amara: Client, method: Method, other_way: Method, bag: tuple[str, str]
) -> None:
    other = at.client(desk, "Whitfield")
    payment = taken(amara, desk, method=method, amount=Money(50_00))
    deposit = money.deposited(desk, *bag)

    for right in ({"amount": Money(49_99)}, {"method": other_way}):
        with pytest.raises(corrections.AtTheBank, match="went to the bank with a deposit"):
            money.corrected(payment, desk, **right)
    money.corrected(payment, desk, reason=Reason.CLIENT, client=other)
    money.not_deposited(deposit, desk)
    money.corrected(Payment.objects.get(client=other), desk, amount=Money(40_00))

    assert drawer().total == Money(40_00)
    assert list(integrity.findings()) == []


def test_a_corrected_payment_can_be_corrected_in_turn(desk: Membership, amara: Client) -> None:
    first = money.corrected(at.cash(amara, desk, "20.00", keep_rest=True), desk)
    assert first.replacement is not None

    second = money.corrected(first.replacement, desk, amount=Money(15_00))

    assert second.replacement is not None
    assert balances()["1010"] == Money(15_00)


def test_a_payment_taken_off_leaves_the_invoice_as_old_as_it_was(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, issued_on=date(2026, 1, 5))
    payment = at.cash(amara, desk, "150.00", on=FEBRUARY)

    money.unapplied(payment, desk)

    assert (balance_due(invoice), credit_left(payment)) == (Money(150_00), Money(150_00))
    report = receivables.on(as_of=at.TODAY)
    assert [bucket.amount for bucket in report.buckets][2] == Money(150_00)
    assert report.ties_out
    assert list(integrity.findings()) == []


def test_a_payment_is_taken_off_once_and_not_before_it_was_applied(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")
    application = payment.applications.get()

    with pytest.raises(applications.BeforeItWas):
        money.taken_off(application, desk, on=FEBRUARY)
    money.taken_off(application, desk)
    with pytest.raises(applications.AlreadyTakenBack):
        money.taken_off(application, desk)


def test_credit_is_shared_out_by_hand(desk: Membership, amara: Client) -> None:
    first, second = at.invoice(amara, desk), at.invoice(amara, desk, dollars="90.00")

    payment = taken(amara, desk, by_hand=[Share(second, Money(60_00)), Share(first, Money(1))])

    assert (balance_due(first), balance_due(second)) == (Money(149_99), Money(30_00))
    assert credit_left(payment) == Money(39_99)


def test_all_of_it_can_stay_as_credit(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    payment = taken(amara, desk, by_hand=[])

    assert (credit_left(payment), balance_due(invoice)) == (Money(100_00), Money(150_00))


def test_by_hand_no_more_is_applied_than_came_or_is_open(desk: Membership, amara: Client) -> None:
    first, other = at.invoice(amara, desk), at.invoice(at.client(desk, "Whitfield"), desk)

    for shares, refusal in (
        ([Share(first, Money(100_01))], payments.ExceedsCredit),
        ([Share(first, Money(150_01))], payments.ExceedsBalance),
        ([Share(first, Money(1)), Share(first, Money(1))], payments.ExceedsBalance),
        ([Share(other, Money(1))], payments.AnotherClient),
    ):
        with pytest.raises(refusal):
            taken(amara, desk, by_hand=shares)
    with pytest.raises(payments.ExceedsBalance, match="What you applied"):
        taken(amara, desk, by_hand=[Share(first, Money(1))], keep_rest=False)


def test_the_same_key_applies_once(desk: Membership, amara: Client) -> None:
    payment, key = at.cash(amara, desk, "100.00", keep_rest=True), uuid4()
    invoice = at.invoice(amara, desk)
    shares = [Share(invoice, Money(30_00))]

    for _ in range(2):
        applications.apply(
            payment=payment, shares=shares, applied_on=at.TODAY, key=key, now=at.NOW, by=desk
        )

    assert balance_due(invoice) == Money(120_00)
    with pytest.raises(applications.KeyReused):
        applications.apply(
            payment=payment,
            shares=[Share(invoice, Money(31_00))],
            applied_on=at.TODAY,
            key=key,
            now=at.NOW,
            by=desk,
        )


def test_the_same_key_applies_to_what_is_oldest_once(desk: Membership, amara: Client) -> None:
    payment, key = at.cash(amara, desk, "100.00", keep_rest=True), uuid4()
    at.invoice(amara, desk)

    first, again = (
        applications.apply(
            payment=payment, shares=None, applied_on=at.TODAY, key=key, now=at.NOW, by=desk
        )
        for _ in range(2)
    )

    assert first == again
    assert [each.amount for each in first] == [Money(100_00)]


def test_nothing_is_applied_before_it_was_there(desk: Membership, amara: Client) -> None:
    payment, invoice = at.cash(amara, desk, "100.00", keep_rest=True), at.invoice(amara, desk)

    with pytest.raises(applications.BeforeItWas, match="Mar 3, 2026 or later"):
        applications.apply(
            payment=payment,
            shares=[Share(invoice, Money(1))],
            applied_on=FEBRUARY,
            now=at.NOW,
            by=desk,
        )


def test_the_mirror_of_an_entry_is_shown_before_it_is_written(
    desk: Membership, amara: Client
) -> None:
    payment = at.cash(amara, desk, "20.00", keep_rest=True)

    [mirror] = reversals.mirrors([(payment.entry_id, payment.received_on)], today=at.TODAY)

    assert mirror.caption == "Reverses: Receipt R-00001, cash, Mar 3, 2026"
    assert [(line.account, line.debit, line.credit) for line in mirror.lines] == [
        ("2000 Client credits", Money(20_00), None),
        ("1010 Undeposited funds", None, Money(20_00)),
    ]


def test_the_database_keeps_a_payment_that_is_used(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")

    with pytest.raises(IntegrityError, match="R-00001 is still used"), raw.committing():
        back_by_hand(payment, desk, entry_id=payment.entry_id)


def test_the_database_asks_for_the_reversing_entry(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "200.00", keep_rest=True)
    free = at.cash(amara, desk, "20.00", keep_rest=True)
    [application] = payment.applications.all()

    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        back_by_hand(free, desk, entry_id=invoice.entry_id)
    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        ApplicationTakenBack.objects.create(
            application=application,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=invoice.entry_id,
            taken_back_at=at.NOW,
            taken_back_by=desk,
        )


def test_the_database_lets_nothing_pay_from_what_was_taken_back(
    desk: Membership, amara: Client
) -> None:
    payment = at.cash(amara, desk, "20.00", keep_rest=True)
    invoice = at.invoice(amara, desk)
    money.corrected(payment, desk, reason=Reason.TWICE)

    with pytest.raises(IntegrityError, match="R-00001 was taken back"), raw.committing():
        raw.insert_application(payment, invoice, 1, desk)


def test_the_database_keeps_what_the_card_company_took(desk: Membership, amara: Client) -> None:
    payment = card(amara, desk, at.invoice(amara, desk, dollars="135.00"))
    money.unapplied(payment, desk)
    anew = at.cash(amara, desk, "135.00", keep_rest=True)
    entry = journal.reverse(
        entry=payment.entry, source="x", entry_date=at.TODAY, memo="Taken back", by=desk
    )

    with pytest.raises(IntegrityError, match="what the card company took"), raw.committing():
        back_by_hand(payment, desk, entry_id=entry.pk)
    with pytest.raises(IntegrityError, match="no other payment by card"), raw.committing():
        back_by_hand(payment, desk, entry_id=entry.pk, reason="CLIENT", replacement=anew)


def correct(payment: Payment, by: Membership, **changes: Any) -> PaymentTakenBack:
    arguments: dict[str, Any] = {
        "payment": payment,
        "right": money.right(payment, amount=Money(7_00)),
        "reason": Reason.AMOUNT,
        "key": uuid4(),
        "today": at.TODAY,
        "now": at.NOW,
        "by": by,
    }
    done = corrections.correct(**arguments | changes)
    assert isinstance(done, PaymentTakenBack)
    return done


def taken(client: Client, by: Membership, **changes: Any) -> Payment:
    """Take 100.00 in cash, shared out by hand."""
    arguments: dict[str, Any] = {
        "client": client,
        "amount": Money(100_00),
        "method": payments.Method.CASH,
        "received_on": at.TODAY,
        "key": uuid4(),
        "keep_rest": True,
        "now": at.NOW,
        "by": by,
    }
    return payments.record(**arguments | changes)


def back_by_hand(payment: Payment, by: Membership, **changes: Any) -> None:
    row: dict[str, Any] = {
        "payment": payment,
        "replacement": None,
        "reason": "TWICE",
        "taken_back_on": at.TODAY,
        "key": uuid4(),
        "taken_back_at": at.NOW,
        "taken_back_by": by,
    }
    PaymentTakenBack.objects.create(**row | changes)
