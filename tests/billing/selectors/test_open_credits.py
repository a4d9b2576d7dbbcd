"""Credit that pays nothing: the oldest payment first, read page by page."""

from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Membership
from billing.selectors.open_credits import OpenCredits
from clients.models import Client
from ledger.chart import Role
from ledger.money import Money
from ledger.services import journal
from ledger.services.journal import Line
from tests import counting
from tests.billing import desk as at

AGES = (30, 60, None)


def credits(as_of: date = at.TODAY) -> OpenCredits:
    return OpenCredits(AGES, as_of=as_of, known_at=None)


def test_credit_stands_oldest_first_and_is_added_up_by_age(desk: Membership, amara: Client) -> None:
    bill = at.invoice(amara, desk, issued_on=date(2026, 1, 6))
    other = at.client(desk, "Whitfield")
    for dollars, days in (("10.00", 30), ("20.00", 31), ("40.00", 61)):
        at.cash(other, desk, dollars, on=at.TODAY - timedelta(days=days), keep_rest=True)
    spent = at.cash(amara, desk, "80.00", on=at.TODAY, apply_to=bill)

    found = credits()

    assert spent.receipt not in [each.receipt for each in found]
    assert [str(each.amount) for each in found] == ["40.00", "20.00", "10.00"]
    assert [str(amount) for amount in found.amounts] == ["10.00", "20.00", "40.00"]
    assert len(found) == 3
    assert [*found[0:2], *found[2:9]] == list(found)
    assert len(credits(at.TODAY - timedelta(days=32))) == 1


def test_credit_that_no_payment_of_ours_brought_is_new_and_stands_last(
    desk: Membership, amara: Client
) -> None:
    at.cash(amara, desk, "10.00", on=at.TODAY, keep_rest=True)
    amount = Money(25_00)
    lines = [
        Line(Role.STRIPE_CLEARING, debit=amount),
        Line(Role.CLIENT_CREDITS, credit=amount, party=amara.pk, item=uuid4()),
    ]
    journal.post(source="event:1", entry_date=at.TODAY, memo="Event", lines=lines, by=desk)

    found = credits()

    assert [(each.receipt, each.received_on) for each in found] == [
        ("R-00001", at.TODAY),
        ("", None),
    ]
    assert found.amounts[0] == Money(35_00)


def test_a_page_asks_once_whatever_the_number_of_payments(desk: Membership, amara: Client) -> None:
    for _ in range(3):
        at.cash(amara, desk, "10.00", on=at.TODAY, keep_rest=True)
    found = credits()

    with counting.queries() as asked:
        found[0:2]

    assert len(asked) == 1
