"""What becomes of a payment plan when money comes, goes back, or was never there; and what is paid
first beside it.
"""

from datetime import date, timedelta

import pytest

from accounts.models import Membership
from billing.models import Invoice, PaymentApplication, PaymentPlan
from billing.selectors import (
    consumer_credit,
    integrity,
    invoices,
    payers,
    payment_plans,
    turns,
    unapplied,
    write_offs,
)
from billing.selectors.consumer_credit import Agreed
from billing.services import payment_plans as services
from billing.services import payments, refunds
from clients.models import Client
from clients.services import merges
from ledger.money import ZERO, Money
from tests.billing import checks, money, moving, planning, splitting
from tests.billing import desk as at
from tests.billing.desk import TODAY
from tests.billing.test_merged_clients import merge

TOMORROW = TODAY + timedelta(days=1)
"""When the first installment is late."""


def behind(plan: PaymentPlan, on: date = TOMORROW) -> Money:
    return planning.stands(plan, on).behind


def paid(invoice: Invoice) -> Money:
    return invoice.total - invoices.balance_due(invoice)


def test_a_check_that_comes_back_pays_no_installment(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    check = checks.taken(amara, desk, "50.00", apply_to=invoice)
    assert behind(plan) == ZERO

    checks.returned(check, desk, was_deposited=False)

    assert (planning.stands(plan, TOMORROW).state, behind(plan)) == ("late", Money(50_00))
    assert list(integrity.findings()) == []


def test_money_that_goes_back_pays_no_installment_unless_the_invoice_is_credited(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    payment = at.cash(amara, desk, "50.00", apply_to=invoice)

    money.refunded(payment, desk, "20.00", charge=refunds.Charge.CREDITED)
    assert behind(plan) == ZERO

    money.refunded(payment, desk, "20.00", charge=refunds.Charge.OWED)
    assert behind(plan) == Money(20_00)


def test_a_payment_that_is_corrected_counts_as_it_is_now(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    payment = at.cash(amara, desk, "50.00", apply_to=invoice)

    money.corrected(payment, desk, amount=Money(45_00))

    assert behind(plan) == Money(5_00)


def test_credit_of_another_client_pays_an_installment(desk: Membership, amara: Client) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk))
    sister = at.client(desk, "Whitfield")

    arrived = moving.moved(money.kept(sister, desk, "50.00"), amara, desk, "50.00").arrived
    money.applied(arrived, Invoice.objects.get(), desk, "50.00")

    assert behind(plan) == ZERO


def test_a_write_off_that_is_taken_back_is_owed_again(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    written = money.written_off(invoice, accountant, "50.00")
    assert behind(plan) == ZERO

    money.owed_again(written, accountant)

    assert behind(plan) == Money(50_00)


def test_what_was_paid_before_and_is_taken_back_is_beyond_the_plan(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    before = checks.taken(amara, desk, "30.00", apply_to=invoice)
    plan = planning.plan(amara, desk, invoice)
    assert plan.total == Money(120_00)

    checks.returned(before, desk, was_deposited=False)

    found = planning.stands(plan, TODAY)
    assert (found.state, found.beyond, found.behind) == ("late", Money(30_00), Money(30_00))
    assert [part.settled for part in found.parts] == [ZERO, ZERO, ZERO]
    assert sum((each.balance for each in turns.of(opened(amara))), ZERO) == Money(150_00)


def opened(client: Client) -> list[invoices.OpenInvoice]:
    return invoices.open_for(client.pk, None)


def test_a_session_is_paid_before_installments_that_are_due_later(
    desk: Membership, amara: Client
) -> None:
    """The first installment is due today, the session in two weeks, the second one in a month."""
    planned = at.invoice(amara, desk)
    planning.plan(amara, desk, planned)
    weekly = at.invoice(amara, desk)
    assert TODAY < weekly.due_on < date(2026, 4, 3)

    at.cash(amara, desk, "200.00")

    assert (paid(planned), paid(weekly)) == (Money(50_00), Money(150_00))
    at.cash(amara, desk, "50.00")
    assert paid(planned) == Money(100_00)
    assert list(integrity.findings()) == []


def test_a_payment_pays_each_invoice_once(desk: Membership, amara: Client) -> None:
    planned, weekly = at.invoice(amara, desk), at.invoice(amara, desk)
    planning.plan(amara, desk, planned)

    at.cash(amara, desk, "300.00")

    found = PaymentApplication.objects.order_by("id").values_list("invoice__number", "amount")
    assert list(found) == [(planned.number, Money(150_00)), (weekly.number, Money(150_00))]


def test_what_is_chosen_first_is_paid_whole_and_counts_for_the_next_installments(
    desk: Membership, amara: Client
) -> None:
    first, second = at.invoice(amara, desk, dollars="60.00"), at.invoice(amara, desk)
    planning.plan(amara, desk, first, second)
    weekly = at.invoice(amara, desk)

    in_turn = turns.of(
        invoices.open_for(amara.pk, None, first=second), first={second.pk: Money(150_00)}
    )

    assert [(each.number, each.balance) for each in in_turn] == [
        (second.number, Money(150_00)),
        (weekly.number, Money(150_00)),
        (first.number, Money(50_00)),
        (first.number, Money(10_00)),
    ]
    at.cash(amara, desk, "300.00", apply_to=second)
    assert (paid(second), paid(weekly), paid(first)) == (Money(150_00), Money(150_00), ZERO)


def test_a_plan_that_was_taken_back_changes_nothing(desk: Membership, amara: Client) -> None:
    planned, weekly = at.invoice(amara, desk), at.invoice(amara, desk)
    planning.taken_back(planning.plan(amara, desk, planned), desk)

    at.cash(amara, desk, "200.00")

    assert (paid(planned), paid(weekly)) == (Money(150_00), Money(50_00))


def test_credit_of_many_goes_the_same_way(desk: Membership, amara: Client) -> None:
    over = money.kept(amara, desk, "200.00")
    planned, weekly = at.invoice(amara, desk), at.invoice(amara, desk)
    planning.plan(amara, desk, planned)

    [credit] = unapplied.credits([amara.pk], on=TODAY)

    assert credit.payment == over
    assert [(part.invoice, part.amount) for part in credit.parts] == [
        (planned, Money(50_00)),
        (weekly, Money(150_00)),
    ]


def test_a_parents_money_keeps_to_the_parents_plan(desk: Membership, amara: Client) -> None:
    mother, father = splitting.two_parents(amara, desk)
    parts = splitting.billed([at.session(amara, desk)], desk)
    hers = next(each for each in parts if each.party_id == mother.pk)
    his = next(each for each in parts if each.party_id == father.pk)
    plan = planning.plan(amara, desk, hers, installment=Money(20_00))

    splitting.paid(his, desk, his.total)

    assert (paid(hers), paid(his)) == (ZERO, his.total)
    assert behind(plan) == Money(20_00)


def test_a_plan_goes_along_with_its_record(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    """Two records of one person are merged, and parted again: the plan stays with its own."""
    double = at.client(desk, "Okonkwo-Bell")
    own, other = at.invoice(amara, desk), at.invoice(double, desk)
    merged = merge(amara, double, desk, accountant)
    with pytest.raises(services.OfSeveral, match="two records"):
        planning.plan(amara, desk, own, other)

    plan = planning.plan(amara, desk, other)

    assert plan.client == double
    assert [each.row for each in payment_plans.of_people([amara.pk, double.pk], today=TODAY)] == [
        plan
    ]
    merges.undo(merge=merged, now=at.NOW, by=desk)
    assert payment_plans.of_people([amara.pk], today=TODAY) == []
    assert list(integrity.findings()) == []


def test_of_a_merged_person_money_is_received_for_what_is_due_first(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    double = at.client(desk, "Okonkwo-Bell")
    planned, weekly = at.invoice(amara, desk), at.invoice(double, desk)
    merge(amara, double, desk, accountant)
    assert planned.number < weekly.number
    assert payers.owed_by([amara.pk, double.pk]).record_id == amara.pk

    planning.plan(amara, desk, planned, starts_on=date(2026, 6, 1))

    assert payers.owed_by([amara.pk, double.pk]).record_id == double.pk


def test_a_void_invoice_that_was_paid_takes_the_first_installments_along(
    desk: Membership, amara: Client
) -> None:
    """What had paid it pays what is billed in its place, and no installment comes sooner."""
    first, second = (at.invoice(amara, desk, dollars="200.00") for _ in range(2))
    plan = planning.plan(amara, desk, first, second, installment=Money(100_00))
    at.cash(amara, desk, "200.00", apply_to=first)
    third = date(2026, 5, 3)
    before = [behind(plan, on) for on in (TOMORROW, third, third + timedelta(days=1))]

    held = [line.session for line in first.lines.select_related("session")]
    money.voided(first, desk, again=held)

    found = planning.stands(plan, TOMORROW)
    assert (found.state, found.agreed, found.left) == ("kept", Money(200_00), Money(200_00))
    assert [part.amount.cents for part in found.parts] == [0, 0, 100_00, 100_00]
    assert [part.state for part in found.parts] == ["gone", "gone", "open", "open"]
    after = [behind(plan, on) for on in (TOMORROW, third, third + timedelta(days=1))]
    assert before == after == [ZERO, ZERO, Money(100_00)]


def test_of_a_void_invoice_that_was_paid_in_part_both_ends_fall_away(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    first, second = (at.invoice(amara, desk, dollars="200.00") for _ in range(2))
    at.cash(amara, desk, "50.00", apply_to=first)
    plan = planning.plan(amara, desk, first, second, installment=Money(100_00))
    at.cash(amara, desk, "60.00", apply_to=first)
    money.written_off(first, accountant, "15.00")

    money.voided(first, accountant)

    found = planning.stands(plan, TOMORROW)
    assert (found.left, found.behind) == (Money(200_00), Money(25_00))
    assert [part.amount.cents for part in found.parts] == [25_00, 100_00, 75_00, 0]


def test_only_what_was_shown_is_agreed(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    shown = services.draft(
        client=amara,
        invoices=[invoice.pk],
        installment=Money(50_00),
        every="MONTH",
        starts_on=TODAY,
        today=TODAY,
    ).sign

    with pytest.raises(services.Changed):
        planning.plan(amara, desk, invoice, shown=shown, installment=Money(49_00))
    with pytest.raises(services.Changed):
        planning.plan(amara, desk, invoice, shown=shown, starts_on=TOMORROW)
    at.cash(amara, desk, "50.00", apply_to=invoice)
    with pytest.raises(services.Changed):
        planning.plan(amara, desk, invoice, shown=shown)


@pytest.mark.parametrize(
    ("this_year", "year_before", "owes"),
    [(0, 0, False), (24, 25, False), (25, 0, True), (0, 26, True)],
)
def test_disclosures_are_owed_from_the_26th_on_and_all_the_next_year(
    this_year: int, year_before: int, owes: bool
) -> None:
    assert Agreed(this_year, year_before).is_creditor is owes


def test_only_more_than_four_installments_count(desk: Membership, amara: Client) -> None:
    planning.plan(amara, desk, at.invoice(amara, desk), installment=Money(37_50))
    long = planning.plan(amara, desk, at.invoice(amara, desk), installment=Money(37_49))
    planning.taken_back(long, desk)

    assert consumer_credit.agreed(2026) == Agreed(this_year=1, year_before=0)
    assert consumer_credit.agreed(2027) == Agreed(this_year=0, year_before=1)


def test_a_correction_of_nothing_but_the_method_leaves_what_was_paid(
    desk: Membership, amara: Client
) -> None:
    planned, weekly = at.invoice(amara, desk), at.invoice(amara, desk)
    planning.plan(amara, desk, planned)
    payment = at.cash(amara, desk, "200.00")

    back = money.corrected(payment, desk, method=payments.Method.CHECK, reference="41")

    assert back.replacement is not None
    applied = back.replacement.applications.order_by("id")
    assert list(applied.values_list("invoice__number", "amount")) == [
        (planned.number, Money(50_00)),
        (weekly.number, Money(150_00)),
    ]
    assert list(integrity.findings()) == []


def test_what_a_correction_adds_goes_to_what_is_due_next(desk: Membership, amara: Client) -> None:
    """Each invoice has one share, of what it had and what it gets on top."""
    first, second = at.invoice(amara, desk), at.invoice(amara, desk)
    planning.plan(amara, desk, first, second)
    payment = at.cash(amara, desk, "50.00", apply_to=second)
    weekly = at.invoice(amara, desk)

    back = money.corrected(payment, desk, amount=Money(300_00))

    assert back.replacement is not None
    applied = back.replacement.applications.order_by("id")
    assert list(applied.values_list("invoice__number", "amount")) == [
        (second.number, Money(50_00)),
        (weekly.number, Money(150_00)),
        (first.number, Money(100_00)),
    ]
    less = money.corrected(back.replacement, desk, amount=Money(250_00))
    assert less.replacement is not None
    applied = less.replacement.applications.order_by("id")
    assert list(applied.values_list("invoice__number", "amount")) == [
        (second.number, Money(50_00)),
        (weekly.number, Money(150_00)),
        (first.number, Money(50_00)),
    ]


def test_small_rests_of_a_plan_that_is_kept_are_not_written_off(
    desk: Membership, amara: Client
) -> None:
    planned = at.invoice(amara, desk, dollars="4.00", issued_on=date(2025, 11, 3))
    plan = planning.plan(amara, desk, planned, installment=Money(2_00))

    def small(on: date) -> list[Invoice]:
        found = write_offs.small(Invoice.objects.all(), below=Money(5_00), days=90, on=on)
        return [each.invoice for each in found]

    assert small(TODAY) == []
    assert small(TOMORROW) == [planned]
    planning.taken_back(plan, desk)
    assert small(TODAY) == [planned]
