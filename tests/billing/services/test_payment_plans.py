"""Payment plans: agreed to the cent, kept or late by what is owed, and ended."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from billing.models import (
    Invoice,
    Letter,
    PaymentPlan,
    PaymentPlanTakenBack,
    PlanInstallment,
    Reminder,
)
from billing.selectors import installments, integrity, payment_plans, reminders
from billing.services import documents, letters
from billing.services import payment_plans as services
from clients.models import Client
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from tests import counting
from tests.billing import desk as at
from tests.billing import money, planning, post, splitting
from tests.billing.desk import NOW, TODAY
from tests.billing.planning import Every
from tests.billing.services.test_reminders import due_in, rules, sent
from tests.pdf_text import text_of

JAN_31 = date(2027, 1, 31)


def days(plan: PaymentPlan) -> list[date]:
    return list(plan.installments.order_by("position").values_list("due_on", flat=True))


def amounts(plan: PaymentPlan) -> list[Money]:
    return list(plan.installments.order_by("position").values_list("amount", flat=True))


@given(
    total=st.integers(2, 10_000_00),
    part=st.integers(1, 10_000_00),
    every=st.sampled_from(Every.values),
    starts_on=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
)
def test_installments_are_the_whole_and_come_one_after_another(
    total: int, part: int, every: str, starts_on: date
) -> None:
    part = max(part, -(-total // 200))

    found = installments.of(Money(total), amount=Money(part), every=every, starts_on=starts_on)

    assert sum((each.amount for each in found), ZERO) == Money(total)
    assert all(ZERO < each.amount <= Money(part) for each in found)
    assert {each.amount for each in found[:-1]} <= {Money(part)}
    on = [each.due_on for each in found]
    assert on[0] == starts_on
    assert on == sorted(set(on))


@pytest.mark.parametrize(
    ("every", "second", "third"),
    [
        ("WEEK", date(2027, 2, 7), date(2027, 2, 14)),
        ("TWO_WEEKS", date(2027, 2, 14), date(2027, 2, 28)),
        ("MONTH", date(2027, 2, 28), date(2027, 3, 31)),
    ],
)
def test_each_rhythm_has_its_days(every: str, second: date, third: date) -> None:
    found = installments.of(Money(300), amount=Money(100), every=every, starts_on=JAN_31)

    assert [each.due_on for each in found] == [JAN_31, second, third]


def test_in_a_leap_year_february_has_29_days() -> None:
    found = installments.of(
        Money(300), amount=Money(100), every="MONTH", starts_on=date(2028, 1, 31)
    )

    assert [each.due_on.day for each in found] == [31, 29, 31]


def test_what_is_open_is_agreed_in_installments(desk: Membership, amara: Client) -> None:
    first, second = at.invoice(amara, desk), at.invoice(amara, desk, dollars="33.34")
    at.cash(amara, desk, "20.00", apply_to=first)

    plan = planning.plan(amara, desk, first, second, starts_on=JAN_31)

    assert (plan.reference, plan.total, plan.party) == ("PP-2026-0001", Money(163_34), None)
    assert amounts(plan) == [Money(50_00), Money(50_00), Money(50_00), Money(13_34)]
    assert days(plan) == [JAN_31, date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert planning.stands(plan).state == "kept"
    assert list(integrity.findings()) == []


def test_a_plan_posts_nothing(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    before = JournalEntry.objects.count()

    planning.taken_back(planning.plan(amara, desk, invoice), desk)

    assert JournalEntry.objects.count() == before


def test_the_same_form_makes_one(desk: Membership, amara: Client) -> None:
    key, invoice = uuid4(), at.invoice(amara, desk)

    plan = planning.plan(amara, desk, invoice, key=key)

    assert planning.plan(amara, desk, invoice, key=key) == plan
    assert PaymentPlan.objects.count() == 1
    with pytest.raises(services.KeyReused, match="another client"):
        planning.plan(at.client(desk, "Whitfield"), desk, key=key)


@pytest.mark.parametrize(
    "changes",
    [{"installment": Money(75_00)}, {"every": Every.WEEK}, {"starts_on": TODAY + timedelta(1)}],
)
def test_the_same_form_with_other_contents_is_refused(
    desk: Membership, amara: Client, changes: dict[str, Any]
) -> None:
    key, invoice = uuid4(), at.invoice(amara, desk)
    planning.plan(amara, desk, invoice, key=key)

    with pytest.raises(services.KeyReused, match="PP-2026-0001"):
        planning.plan(amara, desk, invoice, key=key, **changes)
    with pytest.raises(services.KeyReused):
        planning.plan(amara, desk, invoice, at.invoice(amara, desk), key=key)
    assert PaymentPlan.objects.count() == 1


def test_an_invoice_is_in_one_plan_at_a_time(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)

    with pytest.raises(services.NothingChosen):
        planning.plan(amara, desk, invoice)

    planning.taken_back(plan, desk)
    assert planning.plan(amara, desk, invoice).reference == "PP-2026-0002"
    assert planning.stands(plan).state == "revoked"


def test_what_is_paid_or_of_somebody_else_is_not_chosen(desk: Membership, amara: Client) -> None:
    paid, other = at.invoice(amara, desk), at.invoice(at.client(desk, "Whitfield"), desk)
    at.cash(amara, desk, "150.00", apply_to=paid)

    for invoice in (paid, other):
        with pytest.raises(services.NothingChosen):
            planning.plan(amara, desk, invoice)
    with pytest.raises(services.NothingChosen, match="meanwhile"):
        planning.plan(amara, desk, at.invoice(amara, desk), paid)


@pytest.mark.parametrize(
    ("cents", "told"),
    [(0, "above zero"), (150_00, "all of"), (2_00, r"75 installments.*\$2\.50")],
)
def test_an_installment_is_a_part_and_not_too_small(
    desk: Membership, amara: Client, cents: int, told: str
) -> None:
    with pytest.raises(services.WrongAmount, match=told):
        planning.plan(amara, desk, at.invoice(amara, desk), installment=Money(cents))


@pytest.mark.parametrize("on", [TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
def test_the_first_day_is_neither_over_nor_far_away(
    desk: Membership, amara: Client, on: date
) -> None:
    with pytest.raises(services.WrongDay):
        planning.plan(amara, desk, at.invoice(amara, desk), starts_on=on)


def test_a_plan_is_of_one_payer(desk: Membership, amara: Client) -> None:
    mother, _ = splitting.two_parents(amara, desk)
    parts = splitting.billed([at.session(amara, desk)], desk)

    with pytest.raises(services.OfSeveral):
        planning.plan(amara, desk, *parts)

    hers = next(each for each in parts if each.party_id == mother.pk)
    plan = planning.plan(amara, desk, hers)
    assert plan.party_id == mother.pk
    assert payment_plans.own_of_people([amara.pk], today=TODAY) == []


def test_an_installment_is_late_from_the_day_after(desk: Membership, amara: Client) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk))

    assert planning.stands(plan, TODAY).state == "kept"
    late = planning.stands(plan, TODAY + timedelta(days=1))
    assert (late.state, late.behind) == ("late", Money(50_00))
    assert [part.state for part in late.parts] == ["late", "open", "open"]


def test_what_comes_pays_the_oldest_installment(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    at.cash(amara, desk, "70.00", apply_to=invoice)

    found = planning.stands(plan, TODAY + timedelta(days=1))

    assert (found.state, found.settled) == ("kept", Money(70_00))
    assert [part.state for part in found.parts] == ["paid", "part_paid", "open"]
    assert found.next is not None
    assert found.next.left == Money(30_00)


def test_a_plan_that_is_paid_is_done_and_owes_again_if_the_payment_goes(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    payment = at.cash(amara, desk, "150.00", apply_to=invoice)

    assert planning.stands(plan).state == "done"
    with pytest.raises(services.Ended):
        planning.taken_back(plan, desk)

    money.unapplied(payment, desk)
    assert planning.stands(plan, TODAY + timedelta(days=1)).state == "late"


def test_a_write_off_counts_as_well(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)

    money.written_off(invoice, accountant, "60.00")

    assert planning.stands(plan, TODAY + timedelta(days=1)).settled == Money(60_00)


def test_a_void_invoice_leaves_and_shortens_the_plan_from_its_end(
    desk: Membership, amara: Client
) -> None:
    first, second = at.invoice(amara, desk), at.invoice(amara, desk, dollars="60.00")
    plan = planning.plan(amara, desk, first, second)

    money.voided(second, desk)

    found = planning.stands(plan, TODAY + timedelta(days=1))
    assert (found.agreed, found.left, found.behind) == (Money(150_00), Money(150_00), Money(50_00))
    assert [part.amount for part in found.parts] == [Money(50_00)] * 3 + [ZERO, ZERO]
    assert [part.state for part in found.parts] == ["late", "open", "open", "gone", "gone"]
    assert [held.state for held in found.held] == ["open", "void"]
    assert planning.stands(plan, TODAY).state == "kept"


def test_a_plan_whose_invoices_are_all_void_is_over(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)

    money.voided(invoice, desk)

    assert planning.stands(plan, TODAY + timedelta(days=99)).state == "done"


def test_taking_back_twice_makes_one(desk: Membership, amara: Client) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk))

    assert planning.taken_back(plan, desk) == planning.taken_back(plan, desk, reason="BROKEN")
    assert PaymentPlanTakenBack.objects.count() == 1


def reminded(on: date) -> list[str]:
    return [each.number for each in reminders.due(Client.objects.all(), today=on)]


@pytest.fixture
def late(desk: Membership) -> Client:
    rules(desk)
    return post.owing(desk, "Late", address=post.ADDRESS)


def test_nobody_is_reminded_of_a_plan_that_is_kept(desk: Membership, late: Client) -> None:
    invoice, on = Invoice.objects.get(), due_in(14)
    assert reminded(on) == [invoice.number]

    plan = planning.plan(late, desk, invoice, starts_on=on)

    assert reminded(on) == []
    assert sent(late, desk, on) is None
    planning.taken_back(plan, desk)
    assert reminded(on) == [invoice.number]


def test_a_plan_that_is_not_kept_is_reminded_of_from_its_own_day(
    desk: Membership, late: Client
) -> None:
    """Whatever was reminded of before: the steps count from the installment that is late."""
    for days in (14, 30):
        assert sent(late, desk, due_in(days)) is not None
    invoice, on = Invoice.objects.get(), due_in(40)
    planning.plan(late, desk, invoice, today=on, starts_on=on)

    assert reminded(on + timedelta(days=13)) == []
    [first] = reminders.due(Client.objects.all(), today=on + timedelta(days=14))
    assert (first.days_late, first.step, first.late) == (14, 14, Money(50_00))
    for days in (14, 30):
        assert sent(late, desk, on + timedelta(days=days)) is not None
        assert reminded(on + timedelta(days=days)) == []
    assert Reminder.objects.count() == 4


def test_an_invoice_that_is_not_due_yet_is_reminded_of_where_its_plan_is_late(
    desk: Membership, late: Client
) -> None:
    rules(desk, steps=(1,))
    invoice, on = Invoice.objects.get(), TODAY + timedelta(days=1)
    assert invoice.due_on > on
    planning.plan(late, desk, invoice)

    [found] = reminders.due(Client.objects.all(), today=on)
    assert (found.number, found.days_late, found.late) == (invoice.number, 1, Money(50_00))
    assert sent(late, desk, on) is not None
    at.cash(late, desk, "50.00", apply_to=invoice)
    assert reminded(on) == []


def test_what_was_agreed_after_a_plan_has_steps_of_its_own(desk: Membership, late: Client) -> None:
    invoice, on = Invoice.objects.get(), due_in(0)
    plan = planning.plan(late, desk, invoice, today=on, starts_on=on)
    assert sent(late, desk, on + timedelta(days=14)) is not None

    planning.taken_back(plan, desk, today=on + timedelta(days=15))
    again = on + timedelta(days=15)
    planning.plan(late, desk, invoice, today=again, starts_on=again)

    assert reminded(again + timedelta(days=13)) == []
    assert sent(late, desk, again + timedelta(days=14)) is not None


def test_what_is_beside_the_plan_is_reminded_of(desk: Membership, late: Client) -> None:
    planned = Invoice.objects.get()
    other = at.invoice(late, desk, dollars="80.00")
    on = due_in(14)

    planning.plan(late, desk, planned, starts_on=on)

    found = reminders.due(Client.objects.all(), today=on)
    assert [(each.number, each.late) for each in found] == [(other.number, Money(80_00))]


def test_a_reminder_is_not_sent_once_more_while_the_plan_is_kept(
    desk: Membership, late: Client
) -> None:
    on = due_in(14)
    first = sent(late, desk, on)
    assert first is not None
    post.given_up(first)
    planning.plan(late, desk, Invoice.objects.get(), starts_on=on)

    with pytest.raises(letters.NothingOwed, match="plan"):
        letters.repeat(letter=first, today=on, now=NOW, by=desk)
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("ends", ["paid", "void"])
def test_a_reminder_is_not_sent_once_more_when_nothing_of_its_invoice_is_owed(
    desk: Membership, late: Client, ends: str
) -> None:
    on, invoice = due_in(14), Invoice.objects.get()
    first = sent(late, desk, on)
    assert first is not None
    post.given_up(first)
    planning.plan(late, desk, invoice, starts_on=on)
    at.invoice(late, desk, dollars="80.00")
    if ends == "paid":
        at.cash(late, desk, "150.00", apply_to=invoice)
    else:
        money.voided(invoice, desk)

    with pytest.raises(letters.NothingOwed, match="of the invoice"):
        letters.repeat(letter=first, today=on, now=NOW, by=desk)
    assert Letter.objects.count() == 1


def test_a_reminder_of_what_a_plan_had_goes_once_more_for_what_is_owed_beside_it(
    desk: Membership, late: Client
) -> None:
    """The invoice that it was of is owed again: a plan that was paid keeps nothing back."""
    on, invoice = due_in(14), Invoice.objects.get()
    first = sent(late, desk, on)
    assert first is not None
    post.given_up(first)
    planning.taken_back(planning.plan(late, desk, invoice, starts_on=on), desk)

    assert letters.repeat(letter=first, today=on, now=NOW, by=desk).repeats == first


def test_the_number_of_late_plans_is_their_list(desk: Membership, amara: Client) -> None:
    on, others = TODAY + timedelta(days=1), at.client(desk, "Whitfield")
    planning.plan(amara, desk, at.invoice(amara, desk))
    planning.plan(others, desk, at.invoice(others, desk), starts_on=on)

    late = payment_plans.listed(Client.objects.all(), state="late", today=on)

    assert [plan.row.client_id for plan in late] == [amara.pk]
    kept = payment_plans.listed(Client.objects.all(), state="kept", today=on)
    assert [plan.row.client_id for plan in kept] == [others.pk]


def test_many_plans_cost_no_more_than_one(desk: Membership, amara: Client) -> None:
    planning.plan(amara, desk, at.invoice(amara, desk))

    def listed() -> list[payment_plans.Plan]:
        return payment_plans.listed(Client.objects.all(), state="kept", today=TODAY)

    with counting.queries() as one:
        listed()
    for _ in range(3):
        planning.plan(amara, desk, at.invoice(amara, desk))
    with counting.queries() as four:
        assert len(listed()) == 4

    assert len(one) == len(four)


def test_the_paper_says_what_was_agreed_and_stays_as_it_is(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice, starts_on=JAN_31)

    first = documents.render(plan, now=NOW, by=desk)

    told = text_of(first.pdf)
    assert first.file_name == "payment-plan-2026-0001.pdf"
    for words in ("PP-2026-0001", invoice.number, "February 28, 2027", "No interest and no fee"):
        assert words in told
    assert "FINANCE CHARGE" not in told
    at.cash(amara, desk, "150.00", apply_to=invoice)
    assert documents.render(plan, now=NOW, by=desk).pdf == first.pdf


def test_more_than_four_installments_say_what_credit_has_to_say(
    desk: Membership, amara: Client
) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk), installment=Money(30_00))

    told = " ".join(text_of(documents.render(plan, now=NOW, by=desk).pdf).split())

    assert plan.installment_count == 5
    for words in ("FINANCE CHARGE", "ANNUAL PERCENTAGE RATE", "0%", "$0.00", "$150.00"):
        assert words in told
    assert "5 payments of $30.00, every month from March 3, 2026 to July 3, 2026." in told
    assert PlanInstallment.objects.count() == 5
