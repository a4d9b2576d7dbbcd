"""What PostgreSQL itself refuses of packages, whoever writes and however many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing import posting
from billing.models import (
    Invoice,
    Package,
    PackageEnd,
    PackageOffer,
    PackageRedemption,
    ServiceCode,
)
from billing.selectors import integrity, packages
from billing.services import invoices as issuing
from billing.services import numbers, package_ends, write_offs
from clients.models import Client
from ledger.money import Money
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import money, prepaid, raw
from tests.billing.conftest import Billed
from tests.ledger.elsewhere import elsewhere

SIDES = 6


def entry(
    package: Package, invoice: Invoice, cents: int, by: Membership, on: date = at.TODAY
) -> UUID:
    """Post what a redemption posts."""
    lines = posting.package_redeemed(
        client=package.client_id, invoice=invoice.pk, package=package.pk, amount=Money(cents)
    )
    posted = journal.post(
        source=f"redemption:{uuid4()}", entry_date=on, memo="By hand", lines=lines, by=by
    )
    return posted.pk


def insert_redemption(
    package: Package,
    invoice: Invoice,
    by: Membership,
    *,
    cents: int = 150_00,
    posted: UUID | None = None,
    posted_on: date = at.TODAY,
) -> None:
    """Let a package pay the first line of an invoice by plain SQL."""
    raw.execute(
        "INSERT INTO billing_packageredemption (id, package_id, line_id, amount, redeemed_on,"
        " entry_id, redeemed_at, redeemed_by_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        uuid7(),
        package.pk,
        invoice.lines.get().pk,
        cents,
        at.TODAY,
        posted or entry(package, invoice, cents, by, posted_on),
        at.NOW,
        by.pk,
    )


def insert_end(
    package: Package, by: Membership, *, posted_on: date = at.TODAY, **changes: object
) -> None:
    """End a package by plain SQL, posted as it says."""
    row = {"kind": "REFUNDED", "unused": 4, "left": 600_00, "credited": 0, "on": at.TODAY} | changes
    left, credited = Money(int(str(row["left"]))), Money(int(str(row["credited"])))
    lines = posting.package_ended(
        client=package.client_id,
        invoice=prepaid.sale(package).pk,
        package=package.pk,
        left=left,
        credited=credited,
    )
    posted = journal.post(
        source=f"package:{uuid4()}", entry_date=posted_on, memo="By hand", lines=lines, by=by
    )
    raw.execute(
        'INSERT INTO billing_packageend (id, package_id, kind, unused, "left", formula, credited,'
        " ended_on, key, entry_id, ended_at, ended_by_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        *(uuid7(), package.pk, row["kind"], row["unused"], left.cents, credited.cents),
        *(credited.cents, row["on"], uuid4(), posted.pk, at.NOW, by.pk),
    )


def plain(of: Client, by: Membership, **more: Any) -> Invoice:
    """An invoice of 150.00 that no package pays."""
    return prepaid.used(of, by, dollars="150.00", code="90834", use_packages=False, **more)


def refused(act: Callable[[], object], words: str) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        act()
        raw.check_as_at_commit()


def test_a_sound_redemption_goes_through(desk: Membership, amara: Client) -> None:
    package, invoice = prepaid.sold(amara, desk), plain(amara, desk)

    insert_redemption(package, invoice, desk)

    assert list(integrity.findings()) == []


def test_no_more_sessions_than_the_package_has(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk, sessions=1, dollars="150.00")
    prepaid.used(amara, desk, dollars="150.00")
    other = plain(amara, desk, on=date(2026, 2, 18))

    refused(lambda: insert_redemption(package, other, desk), "has 1 sessions")


def test_no_other_amount_than_its_part_of_the_price(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk, dollars="100.00", sessions=3)
    held = at.session(amara, desk, dollars="33.34")
    invoice = prepaid.billed(held, by=desk, use_packages=False)

    refused(lambda: insert_redemption(package, invoice, desk, cents=33_34), "another amount")


def test_no_other_amount_than_the_line(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    held = at.session(amara, desk, dollars="180.00")
    invoice = prepaid.billed(held, by=desk, use_packages=False)

    refused(lambda: insert_redemption(package, invoice, desk), "another amount")


def test_no_session_of_another_client(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    invoice = plain(at.client(desk, "Whitfield"), desk)

    refused(lambda: insert_redemption(package, invoice, desk), "another client's session")


@pytest.mark.parametrize(
    ("on", "code"),
    [(date(2026, 2, 18), "90834"), (date(2026, 2, 1), "90834"), (date(2026, 2, 17), "90791")],
    ids=["after its last day", "before the sale", "another service"],
)
def test_nothing_that_it_does_not_cover(
    on: date, code: str, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, days=15)
    held = at.session(amara, desk, on=on, code=code)
    invoice = prepaid.billed(held, by=desk, use_packages=False)

    refused(lambda: insert_redemption(package, invoice, desk), "does not cover that")


def test_nothing_after_its_end(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    prepaid.given_back(package, desk)
    invoice = plain(amara, desk)

    refused(lambda: insert_redemption(package, invoice, desk), "has ended")


def test_nothing_once_its_invoice_is_void(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    money.voided(prepaid.sale(package), desk)
    invoice = plain(amara, desk)

    refused(lambda: insert_redemption(package, invoice, desk), "has ended")


def test_not_more_than_an_invoice_is_over(desk: Membership, amara: Client) -> None:
    package, invoice = prepaid.sold(amara, desk), plain(amara, desk)
    at.cash(amara, desk, "1.00", apply_to=invoice)

    refused(lambda: insert_redemption(package, invoice, desk), "more pays invoice")


def test_no_redemption_that_is_posted_otherwise(desk: Membership, amara: Client) -> None:
    package, invoice = prepaid.sold(amara, desk), plain(amara, desk)
    posted = entry(package, invoice, 149_99, desk)

    refused(
        lambda: insert_redemption(package, invoice, desk, posted=posted), "not posted as recorded"
    )


def test_an_end_is_of_all_that_is_left(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    prepaid.used(amara, desk)

    refused(lambda: insert_end(package, desk), "ends with another rest")


def test_a_package_ends_once(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    prepaid.given_back(package, desk)

    refused(lambda: insert_end(package, desk), "has ended")


@pytest.mark.parametrize(
    ("forfeits", "on"),
    [(True, at.TODAY), (False, date(2026, 12, 1))],
    ids=["before its last day is over", "where terms do not let it"],
)
def test_nothing_expires_that_should_not(
    forfeits: bool, on: date, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, forfeits=forfeits)

    refused(lambda: insert_end(package, desk, kind="EXPIRED", on=on), "does not expire then")


def test_no_more_goes_back_than_was_billed_and_not_paid(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))

    refused(lambda: insert_end(package, desk, credited=1_00), "more of package")


def test_a_used_package_keeps_its_invoice(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    sale = prepaid.sale(package)
    prepaid.used(amara, desk)

    def void() -> None:
        back = journal.reverse(
            entry=sale.entry, source=f"v:{uuid4()}", entry_date=at.TODAY, memo="By hand", by=desk
        )
        raw.execute(
            "INSERT INTO billing_invoicevoided (id, invoice_id, reason, voided_on, key, entry_id,"
            " voided_at, voided_by_id) VALUES (%s, %s, 'TWICE', %s, %s, %s, %s, %s)",
            *(uuid7(), sale.pk, at.TODAY, uuid4(), back.pk, at.NOW, desk.pk),
        )

    refused(void, "a package is used")


def test_a_package_that_goes_on_gets_no_cheaper(desk: Membership, amara: Client) -> None:
    sale = prepaid.sale(prepaid.sold(amara, desk))

    def write_off() -> None:
        write_offs.write(
            numbers.lock(numbers.WRITE_OFFS),
            sale,
            write_offs.Details(write_offs.Kind.COURTESY, Money(100_00), at.TODAY),
            key=uuid4(),
            now=at.NOW,
            by=desk,
        )

    refused(write_off, "package PK-00001 goes on, and its invoice is written off")


def test_a_package_is_sold_on_the_terms_of_its_offer(desk: Membership, amara: Client) -> None:
    offer = prepaid.offer(desk)

    def sell(price: int) -> None:
        raw.execute(
            "INSERT INTO billing_package (id, reference, client_id, offer_id, sold_on, valid_until,"
            " sessions, price, key, sold_at, sold_by_id)"
            " VALUES (%s, 'PK-00009', %s, %s, %s, %s, 4, %s, %s, %s, %s)",
            *(uuid7(), amara.pk, offer.pk, at.TODAY, at.TODAY + timedelta(days=90), price),
            *(uuid4(), at.NOW, desk.pk),
        )

    refused(lambda: sell(500_00), "not sold on the terms")
    refused(lambda: sell(600_00), "not billed by an invoice")


def test_no_service_joins_an_offer_later(desk: Membership) -> None:
    offer, code = prepaid.offer(desk), ServiceCode.objects.get(code="90791")

    refused(
        lambda: raw.execute(
            "INSERT INTO billing_packageoffercode (id, offer_id, service_code_id)"
            " VALUES (%s, %s, %s)",
            *(uuid7(), offer.pk, code.pk),
        ),
        "an offer covers 3 services, not 2",
    )


def test_an_offer_does_not_end_before_its_sales(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    refused(
        lambda: raw.execute(
            "INSERT INTO billing_packageofferended (id, offer_id, ended_on, ended_at, ended_by_id)"
            " VALUES (%s, %s, %s, %s, %s)",
            *(uuid7(), package.offer_id, prepaid.SOLD, at.NOW, desk.pk),
        ),
        "sold after its offer ended",
    )


def tried(act: Callable[[], object], *refusals: type[Exception]) -> bool:
    try:
        with transaction.atomic():
            act()
    except refusals:
        return False
    return True


def race(billed: Billed, act: Callable[[int], object], *refusals: type[Exception]) -> list[bool]:
    with ThreadPoolExecutor(SIDES) as pool:
        sides = [
            elsewhere(pool, billed.house, partial(tried, partial(act, side), *refusals))
            for side in range(SIDES)
        ]
        return sorted(side.result(60) for side in sides)


def ready(billed: Billed) -> tuple[Package, list[Invoice]]:
    """Return a package, and as many invoices as sides that it could pay."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        package = prepaid.sold(billed.own, by)
        days = [date(2026, 2, 10 + side) for side in range(SIDES)]
        return package, [plain(billed.own, by, on=on) for on in days]


@pytest.mark.commits
def test_a_package_pays_no_more_sessions_from_many_sides_than_it_has(billed: Billed) -> None:
    """By plain SQL, on a connection each: the guard itself holds, without the services' lock."""
    by = billed.house.people["front-desk"]
    package, invoices = ready(billed)

    def pay(side: int) -> None:
        invoice = Invoice.objects.get(pk=invoices[side].pk)
        insert_redemption(package, invoice, by)

    won = race(billed, pay, IntegrityError)

    assert won == [False] * (SIDES - 4) + [True] * 4
    with practice_scope(billed.house.id):
        left = packages.left_of([package])[package.pk]
        assert (left.sessions, left.amount) == (0, Money(0))


@pytest.mark.commits
def test_sessions_billed_from_many_sides_use_each_session_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        package = prepaid.sold(billed.own, by)
        held = [at.session(billed.own, by, on=date(2026, 2, 10 + side)) for side in range(SIDES)]

    race(billed, lambda side: prepaid.billed(held[side], by=by))

    with practice_scope(billed.house.id):
        assert packages.left_of([package])[package.pk].sessions == 0
        assert PackageRedemption.objects.count() == 4
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_package_is_given_back_or_used_and_never_both(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        package = prepaid.sold(billed.own, by, sessions=1, dollars="150.00")
        held = at.session(billed.own, by)

    def act(side: int) -> None:
        found = Package.objects.get(pk=package.pk)
        if side % 2:
            prepaid.given_back(found, by, shown="150.00")
        else:
            prepaid.billed(held, by=by)

    race(
        billed,
        act,
        package_ends.AlreadyEnded,
        package_ends.NothingLeft,
        package_ends.Changed,
        issuing.AlreadyInvoiced,
    )

    with practice_scope(billed.house.id):
        assert PackageEnd.objects.count() + PackageRedemption.objects.count() == 1
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_package_that_has_run_out_expires_once_from_many_sides(billed: Billed) -> None:
    by, on = billed.house.people["front-desk"], date(2026, 5, 4)
    with practice_scope(billed.house.id):
        package = prepaid.sold(billed.own, by)

    race(
        billed,
        lambda side: package_ends.expire_one(package=package, on=on, now=at.at_noon(on), by=by),
    )

    with practice_scope(billed.house.id):
        assert PackageEnd.objects.count() == 1
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_sale_sent_from_many_sides_is_one(billed: Billed) -> None:
    by, key = billed.house.people["front-desk"], uuid4()
    with practice_scope(billed.house.id):
        offer = prepaid.offer(by)

    won = race(
        billed,
        lambda side: prepaid.sold(
            billed.own, by, PackageOffer.objects.get(pk=offer.pk), key=key, on=at.TODAY
        ),
    )

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        assert Package.objects.count() == 1
