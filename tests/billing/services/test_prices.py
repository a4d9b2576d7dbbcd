from datetime import date

import pytest

from accounts.models import Membership
from billing.models import Invoice, InvoiceLine, ServiceCode, Session
from billing.selectors import integrity, invoices, prices
from billing.selectors.prices import Price
from billing.services import sessions
from clients.models import Client
from ledger.chart import Role
from ledger.models import Posting
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.issuing import issue_one
from tests.clients import records


def price(of: Client, code: str = "90837") -> Price | None:
    return prices.of(of, ServiceCode.objects.get(code=code), on=at.TODAY)


def test_a_client_without_an_agreement_pays_the_list_fee(desk: Membership, amara: Client) -> None:
    assert price(amara) == Price(Money(180_00))


@pytest.mark.parametrize(
    ("basis", "kind"),
    [
        ("SLIDING", "SLIDING"),
        ("HARDSHIP", "SLIDING"),
        ("PACKAGE", "COURTESY"),
        ("AGREED", "COURTESY"),
    ],
)
def test_what_was_agreed_is_taken_off_the_list_fee(
    desk: Membership, amara: Client, basis: str, kind: str
) -> None:
    records.agreement(amara, desk, basis=basis, percent=75)

    assert price(amara) == Price(Money(180_00), Money(45_00), kind)


def test_half_a_cent_is_the_practices(desk: Membership, amara: Client) -> None:
    records.agreement(amara, desk, percent=55)

    assert prices.agreed(amara, Money(1_01), on=at.TODAY).fee == Money(56)


def test_an_agreement_above_the_list_is_a_fee_of_its_own(desk: Membership, amara: Client) -> None:
    records.agreement(amara, desk, percent=None, amount_cents=200_00)

    assert price(amara) == Price(Money(200_00))


def test_an_agreement_that_waits_for_a_second_person_does_not_count(
    desk: Membership, amara: Client
) -> None:
    records.agreement(amara, desk, percent=10)

    assert price(amara) == Price(Money(180_00))


def test_an_agreement_counts_on_its_days_only(desk: Membership, amara: Client) -> None:
    records.agreement(amara, desk, percent=75, starts_on=date(2026, 4, 1))

    assert price(amara) == Price(Money(180_00))


def test_less_than_the_list_without_an_agreement_is_a_courtesy() -> None:
    usual = Price(Money(180_00))

    assert prices.typed(Money(150_00), usual) == Price(Money(180_00), Money(30_00), "COURTESY")
    assert prices.typed(Money(180_00), usual) == usual
    assert prices.typed(Money(200_00), usual) == Price(Money(200_00))


def test_a_typed_fee_that_is_the_agreed_one_is_the_agreement(
    desk: Membership, amara: Client
) -> None:
    usual = Price(Money(180_00), Money(45_00), "SLIDING")

    assert prices.typed(Money(135_00), usual) == usual


def worked_example(amara: Client, desk: Membership) -> Invoice:
    """E02 of the fixture: a session of 180, 45 less by the sliding scale."""
    records.agreement(amara, desk, percent=75)
    session = sessions.record(
        client=amara,
        therapist=hours.hour(amara).therapist,
        service_code=ServiceCode.objects.get(code="90837"),
        started_at=hours.at(at.TODAY, 9),
        minutes=55,
        fee=price(amara) or Money(0),
        now=at.NOW,
        by=desk,
    )
    return issue_one(sessions=[session], issued_on=at.TODAY, now=at.NOW, by=desk)


def test_an_invoice_shows_the_list_fee_and_the_discount(desk: Membership, amara: Client) -> None:
    [line] = invoices.lines(worked_example(amara, desk))

    assert (line.listed, line.discount, line.amount) == (
        Money(180_00),
        Money(45_00),
        Money(135_00),
    )


def test_a_discount_stands_on_an_account_of_its_own(desk: Membership, amara: Client) -> None:
    invoice = worked_example(amara, desk)

    lines = Posting.objects.filter(entry=invoice.entry_id).values_list(
        "account__role", "debit", "credit"
    )
    assert set(lines) == {
        (Role.CLIENT_RECEIVABLE, Money(135_00), ZERO),
        (Role.SLIDING_SCALE_DISCOUNTS, Money(45_00), ZERO),
        (Role.SESSION_FEES, ZERO, Money(180_00)),
    }
    assert list(integrity.findings()) == []


def test_a_session_keeps_both_fees(desk: Membership, amara: Client) -> None:
    worked_example(amara, desk)

    session = Session.objects.get()
    assert (session.list_fee, session.fee) == (Money(180_00), Money(135_00))
    assert InvoiceLine.objects.get().discount == Money(45_00)


def test_who_may_waive_nothing_charges_what_was_agreed(desk: Membership) -> None:
    usual, less = Price(Money(180_00)), Price(Money(180_00), Money(1), "COURTESY")

    with pytest.raises(sessions.LessThanAgreed, match="do not let you lower it"):
        sessions.require_may_charge(less, usual, may_waive=False, by=desk)


def test_a_fee_is_lowered_as_far_as_ones_limit_reaches(desk: Membership) -> None:
    usual = Price(Money(250_00))

    sessions.require_may_charge(Price(Money(50_00)), usual, may_waive=True, by=desk)
    with pytest.raises(sessions.LessThanAgreed, match=r"at most \$200.00 alone"):
        sessions.require_may_charge(Price(Money(49_99)), usual, may_waive=True, by=desk)


def test_more_than_agreed_is_anybodys_to_charge(desk: Membership) -> None:
    sessions.require_may_charge(Price(Money(300_00)), Price(Money(1)), may_waive=False, by=desk)
    sessions.require_may_charge(Price(Money(1)), None, may_waive=False, by=desk)
