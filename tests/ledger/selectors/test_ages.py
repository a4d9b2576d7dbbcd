"""How old what is owed is, when charges and payments are taken back."""

from datetime import date
from uuid import UUID

from accounts.models import Membership
from ledger.chart import Role
from ledger.models import JournalEntry
from ledger.money import Money
from ledger.selectors import ages
from ledger.services import journal
from ledger.services.journal import Line

JANUARY, FEBRUARY, MARCH = (date(2026, month, 5) for month in (1, 2, 3))
OWNER, INVOICE = UUID(int=1), UUID(int=2)
ROLE = Role.CLIENT_RECEIVABLE


def charge(dollars: str, on: date, by: Membership) -> JournalEntry:
    amount = Money.parse(dollars)
    owed = Line(ROLE, debit=amount, party=OWNER, item=INVOICE)
    lines = [owed, Line(Role.SESSION_FEES, credit=amount)]
    return journal.post(source=f"c:{on}", entry_date=on, memo="Charge", lines=lines, by=by)


def pay(dollars: str, on: date, by: Membership) -> JournalEntry:
    amount = Money.parse(dollars)
    met = Line(ROLE, credit=amount, party=OWNER, item=INVOICE)
    lines = [Line(Role.OPERATING_BANK, debit=amount), met]
    return journal.post(source=f"p:{on}", entry_date=on, memo="Payment", lines=lines, by=by)


def take_back(entry: JournalEntry, on: date, by: Membership) -> None:
    journal.reverse(entry=entry, source=f"r:{entry.pk}", entry_date=on, memo="Back", by=by)


def left(as_of: date = MARCH) -> dict[date, str]:
    return {each.charged_on: str(each.amount) for each in ages.open_charges(ROLE, as_of=as_of)}


def test_a_payment_meets_the_oldest_charge_first(books: Membership) -> None:
    charge("100.00", JANUARY, books)
    charge("50.00", FEBRUARY, books)
    pay("120.00", MARCH, books)

    assert left() == {FEBRUARY: "30.00"}


def test_a_charge_that_is_taken_back_leaves_the_others_as_old_as_they_are(
    books: Membership,
) -> None:
    charge("100.00", JANUARY, books)
    take_back(charge("50.00", FEBRUARY, books), MARCH, books)

    assert left() == {JANUARY: "100.00"}


def test_a_payment_that_is_taken_back_makes_no_debt_young(books: Membership) -> None:
    charge("100.00", JANUARY, books)
    take_back(pay("100.00", FEBRUARY, books), MARCH, books)

    assert left() == {JANUARY: "100.00"}
    assert left(as_of=FEBRUARY) == {}


def test_what_was_paid_too_much_stands_on_the_last_charge(books: Membership) -> None:
    charge("100.00", JANUARY, books)
    charge("50.00", FEBRUARY, books)
    pay("160.00", MARCH, books)

    assert left() == {FEBRUARY: "\N{MINUS SIGN}10.00"}


def test_a_charge_is_as_old_as_itself_though_money_came_before(books: Membership) -> None:
    pay("30.00", JANUARY, books)
    charge("100.00", FEBRUARY, books)

    assert left() == {FEBRUARY: "70.00"}


def test_money_without_any_charge_is_told_on_its_day(books: Membership) -> None:
    pay("30.00", FEBRUARY, books)

    assert left() == {FEBRUARY: "\N{MINUS SIGN}30.00"}
