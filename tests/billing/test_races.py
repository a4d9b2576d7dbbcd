"""Many hands at once: each on a connection of its own, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import uuid4

import pytest

from accounts.tenancy import practice_scope
from billing.models import (
    AccountStatement,
    AppointmentOutcome,
    CreditTransfer,
    Document,
    Estimate,
    Invoice,
    MissedFee,
    Payment,
    PaymentApplication,
    PaymentTakenBack,
    Refund,
    ReturnedCheck,
    Session,
)
from billing.selectors import integrity
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.services import (
    applications,
    corrections,
    credit_transfers,
    documents,
    invoices,
    not_billed,
    outcomes,
    payments,
    refunds,
    returned_checks,
    voids,
)
from ledger.money import ZERO, Money
from tests.billing import checks, hours, money, moving
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing.conftest import Billed
from tests.billing.issuing import issue_one
from tests.ledger.elsewhere import elsewhere

SIDES, TRIES = 6, 100


def tried(act: Callable[[], object], *refusals: type[Exception]) -> bool:
    """Return whether an act succeeded; a refusal of these kinds is a no."""
    try:
        act()
    except refusals:
        return False
    return True


def race(billed: Billed, act: Callable[[], object], *refusals: type[Exception]) -> list[bool]:
    with ThreadPoolExecutor(SIDES) as pool:
        sides = [
            elsewhere(pool, billed.house, partial(tried, act, *refusals)) for _ in range(SIDES)
        ]
        return sorted(side.result(30) for side in sides)


@pytest.mark.commits
def test_an_invoice_paid_in_full_from_many_sides_is_paid_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]

    won = race(
        billed,
        lambda: at.cash(billed.own, by, "150.00", apply_to=billed.own_invoice),
        payments.ExceedsBalance,
    )

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert balance_due(billed.own_invoice) == ZERO
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_form_sent_from_many_sides_is_one_payment(billed: Billed) -> None:
    by, key = billed.house.people["front-desk"], uuid4()

    won = race(
        billed,
        lambda: payments.record(
            client=billed.own,
            amount=Money(20_00),
            method=payments.Method.CASH,
            received_on=at.TODAY,
            key=key,
            now=at.NOW,
            by=by,
        ),
    )

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert [payment.receipt for payment in Payment.objects.all()] == ["R-00001"]


@pytest.mark.commits
def test_payments_of_many_sides_are_numbered_without_a_gap(billed: Billed) -> None:
    by = billed.house.people["front-desk"]

    race(billed, lambda: at.cash(billed.own, by, "10.00"))

    with practice_scope(billed.house.id):
        receipts = Payment.objects.order_by("receipt").values_list("receipt", flat=True)
        assert list(receipts) == [f"R-0000{place}" for place in range(1, SIDES + 1)]
        assert balance_due(billed.own_invoice) == Money(90_00)


@pytest.mark.commits
def test_credit_applied_from_many_sides_is_spent_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        at.cash(billed.own, by, "150.00")
        payment = at.cash(billed.own, by, "100.00", keep_rest=True)
        invoice = at.invoice(billed.own, by)

    won = race(
        billed,
        lambda: applications.apply(
            payment=payment,
            shares=[applications.Share(invoice, Money(60_00))],
            applied_on=at.TODAY,
            now=at.NOW,
            by=by,
        ),
        applications.ExceedsCredit,
    )

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert PaymentApplication.objects.filter(payment=payment).count() == 1


@pytest.mark.commits
def test_a_session_issued_from_many_sides_is_billed_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        session = at.session(billed.own, by)

    def issue() -> Invoice:
        held = Session.objects.get(pk=session.pk)
        return issue_one(sessions=[held], issued_on=at.TODAY, now=at.NOW, by=by)

    assert race(billed, issue, invoices.AlreadyInvoiced) == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == ["INV-2026-0001", "INV-2026-0002", "INV-2026-0003"]


@pytest.mark.commits
def test_a_document_asked_for_from_many_sides_is_made_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]

    won = race(
        billed,
        lambda: documents.render(Invoice.objects.get(pk=billed.own_invoice.pk), now=at.NOW, by=by),
    )

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert Document.objects.count() == 1


@pytest.mark.commits
def test_a_statement_sent_from_many_sides_is_made_once(billed: Billed) -> None:
    by, key = billed.house.people["front-desk"], uuid4()

    won = race(billed, lambda: at.statement(billed.own, by, key=key))

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert AccountStatement.objects.count() == 1


@pytest.mark.commits
def test_an_estimate_sent_from_many_sides_is_made_once(billed: Billed) -> None:
    by, key = billed.house.people["front-desk"], uuid4()
    with practice_scope(billed.house.id, person_id=by.person_id):
        an.particulars_known(by)

    won = race(billed, lambda: an.estimate(billed.own, by, key=key))

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert Estimate.objects.count() == 1


@pytest.mark.commits
def test_of_estimates_made_at_once_for_the_same_days_one_stands(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        an.particulars_known(by)

    won = race(billed, lambda: an.estimate(billed.own, by))

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        numbers = list(Estimate.objects.order_by("number").values_list("number", flat=True))
        assert numbers == [f"GFE-2026-{number:04}" for number in range(1, SIDES + 1)]
        assert Estimate.objects.filter(replaced_by=None).count() == 1


@pytest.mark.commits
def test_an_appointment_that_is_held_from_many_sides_is_one_session(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        appointment = hours.planned(billed.own, by)

    won = race(billed, lambda: hours.held(appointment, by))

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert AppointmentOutcome.objects.count() == 1
        assert Session.objects.filter(outcomes__isnull=False).count() == 1


@pytest.mark.commits
def test_an_appointment_is_held_or_missed_and_never_both(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        hours.policy(by)
        appointment = hours.planned(billed.own, by)
    acts = iter([hours.held, hours.missed] * SIDES)

    race(billed, lambda: next(acts)(appointment, by), outcomes.AlreadyMarked)

    with practice_scope(billed.house.id):
        [outcome] = AppointmentOutcome.objects.all()
        is_missed = MissedFee.objects.count() == 1
        assert is_missed == (outcome.kind == "NO_SHOW")
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_session_is_billed_or_kept_back_and_never_both(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        session = at.session(billed.own, by)
    both: list[Callable[[], object]] = [
        lambda: issue_one(sessions=[session], issued_on=at.TODAY, now=at.NOW, by=by),
        lambda: not_billed.keep_back(hour=session, reason="GOODWILL", now=at.NOW, by=by),
    ]
    acts = iter(both * SIDES)

    race(
        billed,
        lambda: next(acts)(),
        invoices.AlreadyInvoiced,
        invoices.KeptBack,
        not_billed.StandsOnInvoice,
    )

    with practice_scope(billed.house.id):
        is_billed = session.lines.exists()
        assert is_billed != session.not_billed.exists()
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_the_first_one_is_free_once_from_many_sides(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        hours.policy(by, first_is_free=True)
        rows = iter(
            [
                hours.planned(billed.own, by, starts_at=hours.at(at.TODAY, hour))
                for hour in range(SIDES)
            ]
        )

    race(billed, lambda: hours.missed(next(rows), by))

    with practice_scope(billed.house.id):
        assert AppointmentOutcome.objects.filter(is_free=True).count() == 1
        assert MissedFee.objects.count() == SIDES - 1


@pytest.mark.commits
def test_a_payment_corrected_from_many_sides_is_corrected_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        payment = at.cash(billed.own, by, "100.00")

    won = race(
        billed,
        lambda: money.corrected(Payment.objects.get(pk=payment.pk), by),
        corrections.AlreadyCorrected,
    )

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert PaymentTakenBack.objects.count() == 1
        assert balance_due(billed.own_invoice) == Money(138_00)
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_payment_taken_off_from_many_sides_is_credit_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        application = at.cash(billed.own, by, "100.00").applications.get()

    won = race(
        billed,
        lambda: money.taken_off(PaymentApplication.objects.get(pk=application.pk), by),
        applications.AlreadyTakenBack,
    )

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_no_more_goes_back_than_came_in_a_hundred_tries(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        payment = at.cash(billed.own, by, "150.00", keep_rest=True)

    def give_back() -> None:
        money.refunded(Payment.objects.get(pk=payment.pk), by, "9.00", charge=refunds.Charge.OWED)

    with ThreadPoolExecutor(TRIES // 10) as pool:
        refusals = (refunds.ExceedsRefundable, AssertionError)
        sides = [
            elsewhere(pool, billed.house, partial(tried, give_back, *refusals))
            for _ in range(TRIES)
        ]
        won = sum(side.result(60) for side in sides)

    # The desk's limit of 100.00 ends it before the payment's 150.00 would.
    with practice_scope(billed.house.id):
        assert won == 11
        assert Refund.objects.count() == won
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_the_last_of_a_payment_goes_back_once_in_a_hundred_tries(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        payment = at.cash(billed.own, by, "60.00", keep_rest=True)

    def give_back() -> None:
        money.refunded(
            Payment.objects.get(pk=payment.pk), by, "25.00", charge=refunds.Charge.CREDITED
        )

    with ThreadPoolExecutor(TRIES // 10) as pool:
        sides = [
            elsewhere(pool, billed.house, partial(tried, give_back, refunds.ExceedsRefundable))
            for _ in range(TRIES)
        ]
        won = sum(side.result(60) for side in sides)

    with practice_scope(billed.house.id):
        assert won == 2
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_credit_goes_to_another_client_once_in_a_hundred_tries(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        payment = money.kept(billed.own, by, "60.00")

    def moved() -> None:
        moving.moved(Payment.objects.get(pk=payment.pk), billed.other, by, "25.00")

    with ThreadPoolExecutor(TRIES // 10) as pool:
        refusal = credit_transfers.ExceedsCredit
        sides = [
            elsewhere(pool, billed.house, partial(tried, moved, refusal)) for _ in range(TRIES)
        ]
        won = sum(side.result(60) for side in sides)

    with practice_scope(billed.house.id):
        assert won == CreditTransfer.objects.count() == 2
        assert credit_left(payment) == Money(10_00)
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_check_comes_back_once_in_a_hundred_tries(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        payment = checks.at_bank(billed.own, by)

    def sent_back() -> None:
        checks.returned(Payment.objects.get(pk=payment.pk), by, fee=Money(12_00))

    with ThreadPoolExecutor(TRIES // 10) as pool:
        refusal = returned_checks.AlreadyTakenBack
        sides = [
            elsewhere(pool, billed.house, partial(tried, sent_back, refusal)) for _ in range(TRIES)
        ]
        won = sum(side.result(60) for side in sides)

    with practice_scope(billed.house.id):
        assert won == ReturnedCheck.objects.count() == 1
        assert balance_due(billed.own_invoice) == Money(150_00)
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_an_invoice_voided_from_many_sides_is_voided_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]

    won = race(
        billed,
        lambda: money.voided(Invoice.objects.get(pk=billed.own_invoice.pk), by),
        voids.AlreadyVoid,
    )

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert balance_due(billed.own_invoice) == ZERO
        assert list(integrity.findings()) == []
