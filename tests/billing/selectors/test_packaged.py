"""What will be billed where a package pays, before it is."""

from accounts.models import Membership
from billing.models import Session
from billing.selectors import to_bill
from clients.models import Client
from ledger.money import ZERO, Money
from tests import counting
from tests.billing import desk as at
from tests.billing import prepaid


def test_what_is_shown_is_what_the_invoices_come_to(desk: Membership, amara: Client) -> None:
    """Of 600.00 for four a session is billed at 150.00, whatever the list fee is."""
    prepaid.sold(amara, desk, codes=("90837",))
    other = at.client(desk, "Whitfield")
    for client in (amara, other):
        at.session(client, desk, dollars="180.00", code="90837")
        at.session(client, desk, dollars="140.00", code="90834")

    due = to_bill.due(at.TODAY, zone=at.ZONE, now=at.NOW)
    told = due.by_client()

    assert [(each.code, each.total, each.packaged) for each in told] == [
        ("C-0001", Money(290_00), Money(150_00)),
        ("C-0002", Money(320_00), ZERO),
    ]
    for each in told:
        held = Session.objects.filter(client=each.client_id)
        assert prepaid.billed(*held, by=desk).total == each.total


def test_it_asks_as_often_for_many_as_for_few(desk: Membership, amara: Client) -> None:
    def asked() -> int:
        with counting.queries() as queries:
            to_bill.due(at.TODAY, zone=at.ZONE, now=at.NOW).by_client()
        return len(queries)

    offer = prepaid.offer(desk)
    prepaid.sold(amara, desk, offer)
    at.session(amara, desk, code="90837")
    few = asked()
    for name in ("Haddad", "Nair"):
        client = at.client(desk, name)
        prepaid.sold(client, desk, offer)
        at.session(client, desk, code="90837")

    assert asked() == few
