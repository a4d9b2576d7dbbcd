"""Packages by day: nothing is taken of one before it was there, nor off its invoice (I-4)."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from accounts.models import Membership
from billing.models import Package, PackageRedemption, Session
from billing.selectors import integrity, package_ends
from billing.services import package_ends as ending
from billing.services import voids
from clients.models import Client
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import money, prepaid, raw
from tests.billing.test_package_guards import insert_end, insert_redemption, plain, refused

FEB_12, FEB_20 = date(2026, 2, 12), date(2026, 2, 20)


def prepaid_on(on: date) -> Money:
    return subledger.balance(Role.PREPAID_SESSIONS, as_of=on)


def held(of: Client, by: Membership) -> Session:
    return at.session(of, by, dollars="180.00", on=date(2026, 2, 10), code="90837")


def used_and_void(of: Client, by: Membership) -> None:
    """Bill a session on February 12, and void that on March 3: in between the package lacks it."""
    money.voided(prepaid.billed(held(of, by), by=by, on=FEB_12), by)


def paid_and_taken_off(package: Package, by: Membership) -> None:
    sale = prepaid.sale(package)
    paid = at.cash(sale.client, by, "600.00", on=date(2026, 2, 10), apply_to=sale)
    money.unapplied(paid, by)


def ended_and_gone_on(package: Package, by: Membership) -> None:
    prepaid.goes_on(prepaid.given_back(package, by, on=FEB_20), by)


def not_given_back_before(package: Package, by: Membership) -> None:
    """It is given back from March 3 on, and not on a day on which less was there."""
    with pytest.raises(ending.BeforeItWas, match="Mar 3, 2026"):
        prepaid.given_back(package, by, on=FEB_20)
    assert package_ends.preview(package).not_before == at.TODAY
    prepaid.given_back(package, by)
    assert list(integrity.findings()) == []


def test_not_given_back_while_money_met_its_invoice(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    paid_and_taken_off(package, desk)

    not_given_back_before(package, desk)


def test_given_back_on_a_day_on_which_nothing_had_changed(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    at.cash(amara, desk, "100.00", on=date(2026, 2, 10), apply_to=prepaid.sale(package))

    prepaid.given_back(package, desk, on=FEB_20)

    assert (prepaid_on(FEB_20), list(integrity.findings())) == (ZERO, [])


def test_not_given_back_while_a_session_was_used(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    used_and_void(amara, desk)

    not_given_back_before(package, desk)
    assert (prepaid_on(date(2026, 2, 28)), prepaid_on(at.TODAY)) == (Money(450_00), ZERO)


def test_its_invoice_is_not_void_while_a_session_was_used(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    used_and_void(amara, desk)

    with pytest.raises(voids.BeforeItWas, match="Mar 3, 2026"):
        money.voided(prepaid.sale(package), desk, on=FEB_20)
    money.voided(prepaid.sale(package), desk)

    assert list(integrity.findings()) == []


def test_an_earlier_invoice_is_paid_once_the_package_goes_on(
    desk: Membership, amara: Client
) -> None:
    session = held(amara, desk)
    package = prepaid.sold(amara, desk)
    ended_and_gone_on(package, desk)

    invoice = prepaid.billed(session, by=desk, on=FEB_12)

    assert PackageRedemption.objects.get().redeemed_on == at.TODAY
    assert (prepaid_on(date(2026, 2, 28)), prepaid_on(at.TODAY)) == (ZERO, Money(450_00))
    assert list(integrity.findings()) == []
    with pytest.raises(voids.BeforeItWas, match="Mar 3, 2026"):
        money.voided(invoice, desk, on=FEB_20)


def test_the_database_ends_no_package_before_it_was_there(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    used_and_void(amara, desk)

    refused(
        lambda: insert_end(package, desk, on=FEB_20, posted_on=FEB_20),
        "package PK-00001 is used before it was there",
    )


def test_the_database_credits_no_invoice_before_it_was_open(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    paid_and_taken_off(package, desk)

    refused(
        lambda: insert_end(package, desk, credited=600_00, on=FEB_20, posted_on=FEB_20),
        "is met before it was open",
    )


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (ended_and_gone_on, "package PK-00001 is used before it was there"),
        (lambda *_: None, "is met before it was open"),
    ],
    ids=["before the package was there", "before the invoice was open"],
)
def test_the_database_lets_no_package_pay(
    prepare: Callable[[Package, Membership], None],
    words: str,
    desk: Membership,
    amara: Client,
) -> None:
    package = prepaid.sold(amara, desk)
    prepare(package, desk)
    invoice = plain(amara, desk)

    refused(lambda: insert_redemption(package, invoice, desk, posted_on=FEB_20), words)


def test_the_database_voids_no_sale_before_all_of_it_was_there(
    desk: Membership, amara: Client
) -> None:
    sale = prepaid.sale(prepaid.sold(amara, desk))
    used_and_void(amara, desk)

    def void() -> None:
        raw.insert_void(sale, reversed_on(FEB_20), FEB_20, desk)

    def reversed_on(on: date) -> UUID:
        source = f"v:{uuid4()}"
        entry = journal.reverse(
            entry=sale.entry, source=source, entry_date=on, memo="By hand", by=desk
        )
        return entry.pk

    refused(void, "package PK-00001 is used before it was there")
