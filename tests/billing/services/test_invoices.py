from datetime import date

import pytest

from accounts.models import Membership
from billing.models import Invoice, InvoiceLine, InvoiceLineText, Session
from billing.selectors.invoices import balance_due, lines
from billing.services import invoices
from clients.models import Client
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import reports, subledger
from ledger.services import journal, periods
from ledger.services.journal import PeriodClosed
from tests.billing import desk as at
from tests.billing.issuing import issue_one
from tests.ledger.events import rent


def issue(sessions: list[Session], by: Membership, on: date = at.TODAY) -> Invoice:
    return issue_one(sessions=sessions, issued_on=on, now=at.NOW, by=by)


def test_an_invoice_holds_its_sessions_in_the_order_in_which_they_took_place(
    desk: Membership, amara: Client
) -> None:
    later = at.session(amara, desk, on=date(2026, 2, 24), dollars="180.00", code="90837")
    earlier = at.session(amara, desk, on=date(2026, 2, 17))

    invoice = issue([later, earlier], desk)

    assert invoice.total == Money(330_00)
    assert [(line.served_on, line.amount) for line in lines(invoice)] == [
        (date(2026, 2, 17), Money(150_00)),
        (date(2026, 2, 24), Money(180_00)),
    ]


def test_an_invoice_is_due_after_two_weeks(desk: Membership, amara: Client) -> None:
    assert at.invoice(amara, desk).due_on == date(2026, 3, 17)


def test_an_invoice_is_posted_to_its_client_and_its_own_item(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, dollars="135.00")

    open_items = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=at.TODAY)

    assert open_items == [subledger.OpenItem(amara.pk, invoice.pk, Money(135_00))]
    assert balance_due(invoice) == Money(135_00)
    assert [
        (row.code, row.debit, row.credit) for row in reports.trial_balance(as_of=at.TODAY).rows
    ] == [
        ("1100", Money(135_00), Money(0)),
        ("4000", Money(0), Money(135_00)),
    ]


def test_numbers_have_no_gap_and_begin_again_each_year(desk: Membership, amara: Client) -> None:
    dates = (date(2026, 1, 15), date(2026, 3, 3), date(2027, 1, 4))

    numbers = [at.invoice(amara, desk, issued_on=on).number for on in dates]

    assert numbers == ["INV-2026-0001", "INV-2026-0002", "INV-2027-0001"]


def test_a_refused_invoice_leaves_no_gap(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    issue([session], desk)
    with pytest.raises(invoices.AlreadyInvoiced):
        issue([session], desk)

    assert at.invoice(amara, desk).number == "INV-2026-0002"


def test_a_session_is_billed_once(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    issue([session], desk)

    with pytest.raises(invoices.AlreadyInvoiced, match="INV-2026-0001"):
        issue([session, at.session(amara, desk, on=date(2026, 2, 18))], desk)

    assert InvoiceLine.objects.count() == 1


def test_the_same_session_twice_in_one_invoice_is_one_line(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    assert issue([session, session], desk).total == Money(150_00)


def test_an_invoice_is_of_one_client(desk: Membership, amara: Client) -> None:
    sessions = [at.session(amara, desk), at.session(at.client(desk, "Whitfield"), desk)]

    with pytest.raises(invoices.OneClientPerInvoice):
        issue(sessions, desk)


def test_an_invoice_bills_money(desk: Membership, amara: Client) -> None:
    with pytest.raises(invoices.NothingToBill):
        issue([], desk)
    with pytest.raises(invoices.NothingToBill):
        issue([at.session(amara, desk, dollars="0.00")], desk)

    assert not Invoice.objects.exists()


def test_an_invoice_cannot_be_dated_in_a_closed_month(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    journal.post(**rent(desk))
    periods.close(month=date(2026, 2, 1), today=at.TODAY, by=desk)

    with pytest.raises(PeriodClosed, match="February 2026"):
        issue([session], desk, on=date(2026, 2, 28))

    assert not Invoice.objects.exists()


def test_the_words_of_a_line_are_those_of_the_day_of_issue(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    [line] = lines(invoice)

    assert line.description == "Psychotherapy, about 45 minutes, with Therapist of Harbor Lane"


def test_a_line_vouches_for_its_sealed_words(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    text = InvoiceLineText.objects.select_related("line").get()

    assert bytes(text.line.description_commitment) == invoices.commitment(text.description)
