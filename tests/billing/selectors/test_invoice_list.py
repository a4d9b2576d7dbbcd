"""What is open among invoices is added up where it lies."""

from datetime import date

from accounts.models import Membership
from billing.models import Invoice
from billing.selectors.invoice_list import OpenInvoices
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.services import periods
from tests import counting
from tests.billing import desk as at
from tests.billing import money

FEBRUARY = date(2026, 2, 10)


def test_what_is_open_is_that_of_the_chosen_invoices(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    other = at.client(desk, "Whitfield")
    old = at.invoice(amara, desk, dollars="40.00", issued_on=FEBRUARY)
    settled = at.invoice(amara, desk, dollars="10.00", issued_on=FEBRUARY)
    money.voided(settled, desk)
    periods.close(month=date(2026, 2, 1), today=at.TODAY, by=accountant)
    new = at.invoice(amara, desk, dollars="60.00")
    theirs = at.invoice(other, desk, dollars="70.00")
    at.cash(amara, desk, "15.00", apply_to=old)

    own = OpenInvoices(Invoice.objects.filter(client=amara))

    assert (len(own), own.total) == (2, Money(85_00))
    assert own[0:50] == [new, old]
    assert own[1:2] == [old]
    assert OpenInvoices(Invoice.objects.all()).total == Money(155_00)
    assert OpenInvoices(Invoice.objects.all())[0:50] == [theirs, new, old]


def test_of_none_nothing_is_open(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)

    found = OpenInvoices(Invoice.objects.none())

    assert (len(found), found.total, found[0:50]) == (0, ZERO, [])


def test_no_list_of_ids_is_sent(desk: Membership, amara: Client) -> None:
    def asked() -> list[str]:
        with counting.queries() as queries:
            OpenInvoices(Invoice.objects.all())
        return [query["sql"] for query in queries]

    at.invoice(amara, desk)
    before = asked()
    at.invoice(amara, desk)

    assert asked() == before
    assert len(before) == 1
