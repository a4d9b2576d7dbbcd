"""What a therapist's own hours brought."""

from datetime import date

from accounts.models import Membership
from billing.selectors import own_income
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import money, prepaid
from tests.billing.issuing import issue_one
from tests.houses import House

FEBRUARY, JANUARY = date(2026, 2, 1), date(2026, 1, 1)


def months(of: Membership) -> dict[date, own_income.Month]:
    return {month.first: month for month in own_income.months(of.pk, today=at.TODAY, zone=at.ZONE)}


def test_a_payment_is_shared_among_the_hours_of_its_invoice(
    practice: House, desk: Membership, amara: Client
) -> None:
    therapist, other = practice.people["therapist"], practice.people["accountant"]
    own = at.session(amara, desk, dollars="100.00", on=date(2026, 2, 3))
    earlier = at.session(amara, desk, dollars="50.00", on=date(2026, 1, 27))
    of_other = at.session(amara, desk, dollars="150.00", on=date(2026, 2, 4), therapist=other)
    bill = issue_one(sessions=[own, earlier, of_other], issued_on=at.TODAY, now=at.NOW, by=desk)
    at.cash(amara, desk, "30.00", apply_to=bill)
    money.written_off(bill, practice.people["accountant"], "60.00")
    at.session(amara, desk, dollars="80.00", on=date(2026, 2, 24))

    found = months(therapist)

    february, january = found[FEBRUARY], found[JANUARY]
    assert (february.held, january.held) == (2, 1)
    assert (february.charged, january.charged) == (Money(100_00), Money(50_00))
    assert (february.paid, january.paid) == (Money(10_00), Money(5_00))
    assert (february.open, january.open) == (Money(70_00), Money(35_00))
    assert (february.waiting, january.waiting) == (Money(80_00), ZERO)
    assert months(other)[FEBRUARY].paid == Money(15_00)


def test_what_is_void_brought_nothing(practice: House, desk: Membership, amara: Client) -> None:
    bill = at.invoice(amara, desk, issued_on=date(2026, 2, 17))
    money.voided(bill, desk)

    found = months(practice.people["therapist"])

    assert [month.charged for month in found.values()] == [ZERO] * own_income.MONTHS
    assert found[FEBRUARY].held == 1


def test_a_package_pays_its_own_hour_and_money_the_others(
    practice: House, desk: Membership, amara: Client
) -> None:
    prepaid.sold(amara, desk)
    covered = at.session(amara, desk, dollars="180.00", on=date(2026, 2, 17), code="90837")
    other = at.session(amara, desk, dollars="50.00", on=date(2026, 1, 27))
    bill = prepaid.billed(covered, other, by=desk)
    at.cash(amara, desk, "20.00", apply_to=bill)

    found = months(practice.people["therapist"])

    february, january = found[FEBRUARY], found[JANUARY]
    assert (february.charged, february.paid) == (Money(150_00), Money(150_00))
    assert (january.charged, january.paid) == (Money(50_00), Money(20_00))
