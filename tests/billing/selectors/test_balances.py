from datetime import date

from accounts.models import Membership
from billing.selectors.balances import NOTHING, Balance, balances_of
from clients.models import Client
from ledger.money import Money
from tests import counting
from tests.billing import desk as at


def test_a_balance_tells_late_from_not_late_and_credit(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, issued_on=date(2026, 1, 20))
    at.cash(amara, desk, "200.00", keep_rest=True)
    at.invoice(amara, desk, issued_on=date(2026, 1, 27))
    at.invoice(amara, desk, dollars="35.00")

    assert balances_of([amara.pk], on=at.TODAY)[amara.pk] == Balance(
        late=Money(150_00),
        not_late=Money(35_00),
        credit=Money(50_00),
        oldest_due_on=date(2026, 2, 10),
        open_count=2,
    )


def test_an_invoice_is_late_from_the_day_after_its_due_date(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk, issued_on=date(2026, 2, 17))

    on_the_day, the_day_after = (
        balances_of([amara.pk], on=on)[amara.pk].late for on in (date(2026, 3, 3), date(2026, 3, 4))
    )

    assert (on_the_day, the_day_after) == (Money(0), Money(150_00))


def test_who_has_nothing_open_is_left_out(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    at.cash(amara, desk, "150.00")

    assert balances_of([amara.pk], on=at.TODAY) == {}


def test_a_balance_is_said_in_a_sentence() -> None:
    late = Balance(late=Money(35_00), not_late=Money(135_00), open_count=2)
    kept = Balance(credit=Money(50_00))

    assert NOTHING.sentence == "Nothing is open."
    assert kept.sentence == "Nothing is open. $50.00 is kept as credit."
    assert late.sentence == "Owes $170.00 on 2 invoices, $35.00 of it late."
    assert (NOTHING.note, kept.note, late.note) == ("", "50.00 credit", "2 invoices, 35.00 late")


def test_balances_of_many_clients_take_four_queries(desk: Membership, amara: Client) -> None:
    clients = [amara, *(at.client(desk, name) for name in ("Whitfield", "Haddad", "Nair"))]
    for client in clients:
        at.invoice(client, desk)

    with counting.queries() as queries:
        found = balances_of([client.pk for client in clients], on=at.TODAY)

    assert {balance.owes for balance in found.values()} == {Money(150_00)}
    assert len(queries) == 4
