"""Packages: sold ahead, used session by session, expired, and given back by their formula."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.models import Approval, Membership
from accounts.services import approvals
from billing.models import (
    Invoice,
    Package,
    PackageEnd,
    PackageRedemption,
    RedemptionTakenBack,
)
from billing.selectors import integrity, package_ends, packages
from billing.selectors import write_offs as found_write_offs
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.services import package_ends as ending
from billing.services import package_offers, redemptions, refunds, voids, write_offs
from billing.services import packages as services
from billing.services.package_offers import UsedCounts
from clients.models import Client
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from tests.billing import desk as at
from tests.billing import hours, money, prepaid
from tests.billing.issuing import issue_one
from tests.houses import House

RUN_OUT = date(2026, 5, 4)
"""The day after the last one of a package that was sold on ``prepaid.SOLD``."""


def balances(*roles: Role, on: date = date(2026, 12, 31)) -> list[str]:
    return [str(subledger.balance(role, as_of=on)) for role in roles]


def left(package: Package) -> packages.Left:
    return packages.left_of([package])[package.pk]


def test_a_sale_is_an_invoice_that_owes_the_client_sessions(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)

    invoice = prepaid.sale(package)
    assert (package.reference, str(package.price), package.sessions) == ("PK-00001", "600.00", 4)
    assert package.valid_until == prepaid.SOLD + timedelta(days=90)
    assert (invoice.total, invoice.line_count) == (Money(600_00), 1)
    assert balances(Role.CLIENT_RECEIVABLE, Role.PREPAID_SESSIONS) == ["600.00", "600.00"]
    assert balances(Role.SESSION_FEES) == ["0.00"]
    assert list(integrity.findings()) == []


def test_a_sale_is_paid_like_any_invoice(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))

    assert balances(Role.CLIENT_RECEIVABLE, Role.PREPAID_SESSIONS) == ["0.00", "600.00"]
    assert list(integrity.findings()) == []


def test_a_form_of_a_sale_that_is_sent_twice_is_one_package(
    desk: Membership, amara: Client
) -> None:
    offer, key = prepaid.offer(desk), uuid4()

    first = prepaid.sold(amara, desk, offer, key=key)

    assert prepaid.sold(amara, desk, offer, key=key) == first
    assert (Package.objects.count(), Invoice.objects.count()) == (1, 1)
    with pytest.raises(services.KeyReused):
        prepaid.sold(at.client(desk, "Whitfield"), desk, offer, key=key)


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 3, 10)])
def test_an_offer_is_sold_on_its_days_only(on: date, desk: Membership, amara: Client) -> None:
    offer = prepaid.offer(desk)
    package_offers.end(offer=offer, ended_on=date(2026, 3, 10), today=at.TODAY, now=at.NOW, by=desk)

    with pytest.raises(services.NotOffered):
        prepaid.sold(amara, desk, offer, on=on)


def test_a_session_that_is_billed_is_paid_by_the_package(desk: Membership, amara: Client) -> None:
    """J11: 2010 150, 4520 30 / 4000 180."""
    package = prepaid.sold(amara, desk)

    invoice = prepaid.used(amara, desk)

    [line] = invoice.lines.all()
    assert (str(line.amount), str(line.discount)) == ("150.00", "30.00")
    assert balance_due(invoice) == ZERO
    assert left(package).sessions == 3
    assert balances(Role.PREPAID_SESSIONS, Role.SESSION_FEES, Role.COURTESY_DISCOUNTS) == [
        "450.00",
        "180.00",
        "30.00",
    ]
    assert list(integrity.findings()) == []


def test_a_package_can_be_left_out(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    invoice = prepaid.used(amara, desk, use_packages=False)

    assert balance_due(invoice) == Money(180_00)
    assert left(package).sessions == 4


def test_sessions_of_one_invoice_are_paid_as_far_as_there_are_some(
    desk: Membership, amara: Client
) -> None:
    prepaid.sold(amara, desk, dollars="100.00", sessions=3)
    held = [at.session(amara, desk, on=date(2026, 2, day)) for day in (10, 11, 12, 13)]

    invoice = prepaid.billed(*held, by=desk)

    paid = [str(row.amount) for row in PackageRedemption.objects.order_by("line__position")]
    assert paid == ["33.33", "33.33", "33.34"]
    assert (str(invoice.total), str(balance_due(invoice))) == ("250.00", "150.00")
    assert balances(Role.PREPAID_SESSIONS) == ["0.00"]
    assert list(integrity.findings()) == []


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2026, 2, 1), "90837"),
        (date(2026, 2, 17), "90791"),
    ],
    ids=["before the sale", "another service"],
)
def test_a_package_pays_what_it_covers_only(
    on: date, code: str, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)

    prepaid.used(amara, desk, on=on, code=code)

    assert left(package).sessions == 4


def test_a_package_pays_no_session_after_its_last_day(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk, days=15)

    prepaid.used(amara, desk, on=date(2026, 2, 17))
    prepaid.used(amara, desk, on=date(2026, 2, 18))

    assert left(package).used == 1


def test_a_package_pays_its_own_client_only(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    prepaid.used(at.client(desk, "Whitfield"), desk)

    assert left(package).used == 0


def test_what_costs_nothing_uses_no_package(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    free = at.session(amara, desk, dollars="0.00", on=date(2026, 2, 16))
    paid = at.session(amara, desk)

    prepaid.billed(free, paid, by=desk)

    assert left(package).used == 1


def test_the_package_that_runs_out_first_pays_first(desk: Membership, amara: Client) -> None:
    late = prepaid.sold(amara, desk, days=90)
    soon = prepaid.sold(amara, desk, days=30)

    prepaid.used(amara, desk)

    assert (left(soon).used, left(late).used) == (1, 0)


def test_a_list_fee_below_the_package_earns_what_was_prepaid(
    desk: Membership, amara: Client
) -> None:
    prepaid.sold(amara, desk)

    prepaid.used(amara, desk, dollars="120.00", code="90834")

    assert balances(Role.SESSION_FEES, Role.COURTESY_DISCOUNTS) == ["150.00", "0.00"]
    assert list(integrity.findings()) == []


def test_a_void_invoice_gives_its_session_back(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    invoice = prepaid.used(amara, desk)

    money.voided(invoice, desk)

    assert left(package).sessions == 4
    assert RedemptionTakenBack.objects.count() == 1
    assert balances(Role.PREPAID_SESSIONS, Role.SESSION_FEES) == ["600.00", "0.00"]
    assert list(integrity.findings()) == []


def test_what_is_billed_again_at_once_is_paid_by_the_package_again(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    invoice = prepaid.used(amara, desk)
    session = invoice.lines.get().session

    voided = money.voided(invoice, desk, again=[session])

    assert left(package).used == 1
    assert balance_due(voided.replacement) == ZERO
    assert list(integrity.findings()) == []


def test_what_was_billed_without_is_billed_again_without(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    invoice = prepaid.used(amara, desk, use_packages=False)

    voided = money.voided(invoice, desk, again=[invoice.lines.get().session])

    assert left(package).used == 0
    assert balance_due(voided.replacement) == Money(180_00)


def test_a_package_of_which_nothing_is_used_is_void_with_its_invoice(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)

    money.voided(prepaid.sale(package), desk)

    assert list(packages.running()) == []
    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_RECEIVABLE) == ["0.00", "0.00"]
    prepaid.used(amara, desk)
    assert left(package).used == 0
    assert list(integrity.findings()) == []


def test_the_invoice_of_a_package_that_is_used_is_not_voided(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    prepaid.used(amara, desk)

    with pytest.raises(voids.PackageUsed, match="PK-00001"):
        money.voided(prepaid.sale(package), desk)


def test_given_back_is_the_price_less_what_was_used(desk: Membership, amara: Client) -> None:
    """J13, by what a session is worth: of 600.00 for four, one used, 450.00 goes back."""
    package = prepaid.sold(amara, desk)
    payment = at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))
    prepaid.used(amara, desk)

    end = prepaid.given_back(package, desk)

    assert (str(end.left), str(end.formula), str(end.credited)) == ("450.00", "450.00", "450.00")
    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_CREDITS, Role.CLIENT_RECEIVABLE) == [
        "0.00",
        "450.00",
        "0.00",
    ]
    money.refunded(payment, desk, "100.00")
    assert list(integrity.findings()) == []


def test_who_took_the_money_gives_it_back_with_a_second_person(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    """As for the void of its invoice: else the cash is kept, and nothing is owed for it."""
    package = prepaid.sold(amara, desk)
    payment = at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))

    waiting = prepaid.tried(package, desk)

    assert isinstance(waiting, ending.Waiting)
    assert credit_left(payment) == ZERO
    asked = Approval.objects.get(pk=waiting.approval_id)
    assert (asked.label, asked.amount_cents) == ("PK-00001, given back", 600_00)
    approvals.decide(approval=asked, decision="APPROVED", by=accountant, now=at.NOW)
    assert isinstance(prepaid.tried(package, desk), PackageEnd)


def test_who_took_none_of_it_gives_it_back_alone(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))

    assert isinstance(prepaid.tried(package, accountant), PackageEnd)


def test_used_sessions_can_count_their_full_fee(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk, used_counts=UsedCounts.LIST)
    at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))
    prepaid.used(amara, desk)

    end = prepaid.given_back(package, desk)

    assert (str(end.formula), str(end.credited)) == ("420.00", "420.00")
    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_CREDITS, Role.PACKAGE_BREAKAGE) == [
        "0.00",
        "420.00",
        "30.00",
    ]
    assert list(integrity.findings()) == []


def test_the_formula_gives_nothing_back_where_full_fees_are_more(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, dollars="300.00", sessions=3, used_counts=UsedCounts.LIST)
    for day in (16, 17):
        prepaid.used(amara, desk, on=date(2026, 2, day))

    end = prepaid.given_back(package, desk)

    assert (str(end.left), str(end.credited)) == ("100.00", "0.00")
    assert balances(Role.PACKAGE_BREAKAGE) == ["100.00"]
    assert list(integrity.findings()) == []


def test_never_more_goes_back_than_was_paid(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    at.cash(amara, desk, "200.00", apply_to=prepaid.sale(package))
    prepaid.used(amara, desk)

    prepaid.given_back(package, desk)

    # 150.00 is used of the 200.00 that were paid.
    assert balances(Role.CLIENT_CREDITS, Role.CLIENT_RECEIVABLE) == ["50.00", "0.00"]
    assert list(integrity.findings()) == []


def test_what_was_written_off_does_not_go_back(
    practice: House, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, sessions=1, dollars="150.00")
    at.cash(amara, desk, "50.00", apply_to=prepaid.sale(package))
    used = prepaid.used(amara, desk)
    money.written_off(prepaid.sale(package), practice.people["accountant"], "100.00")
    money.voided(used, desk)

    end = prepaid.given_back(package, desk)

    assert (str(end.formula), str(end.credited)) == ("150.00", "50.00")
    assert balances(Role.CLIENT_CREDITS, Role.PACKAGE_BREAKAGE) == ["50.00", "100.00"]
    assert list(integrity.findings()) == []


def test_a_package_with_sessions_left_gets_no_cheaper(
    practice: House, desk: Membership, amara: Client
) -> None:
    """Written off or credited after a refund, its sessions would be there for nothing."""
    by = practice.people["accountant"]
    package = prepaid.sold(amara, desk)
    sale = prepaid.sale(package)
    payment = at.cash(amara, desk, "500.00", apply_to=sale)

    with pytest.raises(write_offs.PackageGoesOn, match="End PK-00001 first"):
        money.written_off(sale, by, "100.00")
    with pytest.raises(refunds.PackageGoesOn, match="End PK-00001 first"):
        money.refunded(payment, by, "100.00", charge=refunds.Charge.CREDITED)
    late = at.TODAY + timedelta(days=365)
    assert not found_write_offs.small(Invoice.objects.all(), below=Money(200_00), days=90, on=late)
    prepaid.given_back(package, desk)
    assert money.refunded(payment, by, "500.00")
    assert list(integrity.findings()) == []


def test_what_is_owed_for_a_used_package_can_be_written_off(
    practice: House, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, sessions=1, dollars="150.00")
    prepaid.used(amara, desk)

    money.written_off(prepaid.sale(package), practice.people["accountant"], "150.00")

    assert list(integrity.findings()) == []


def test_a_package_ends_once_and_pays_nothing_afterwards(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    prepaid.given_back(package, desk)

    with pytest.raises(ending.AlreadyEnded):
        prepaid.given_back(package, desk, shown="0.00")
    assert balance_due(prepaid.used(amara, desk)) == Money(180_00)
    assert list(integrity.findings()) == []


def test_another_amount_than_was_shown_is_refused(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    with pytest.raises(ending.Changed, match="600"):
        prepaid.given_back(package, desk, shown="450.00")


def test_a_package_whose_sessions_are_all_used_does_not_end(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, dollars="150.00", sessions=1)
    prepaid.used(amara, desk)

    with pytest.raises(ending.NothingLeft):
        prepaid.given_back(package, desk, shown="0.00")


def test_an_end_that_was_a_mistake_is_taken_back(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)
    at.cash(amara, desk, "600.00", apply_to=prepaid.sale(package))
    end = prepaid.given_back(package, desk)

    prepaid.goes_on(end, desk)

    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_CREDITS, Role.CLIENT_RECEIVABLE) == [
        "600.00",
        "600.00",
        "600.00",
    ]
    assert balance_due(prepaid.used(amara, desk)) == ZERO
    with pytest.raises(ending.AlreadyTakenBack):
        prepaid.goes_on(end, desk)
    assert list(integrity.findings()) == []


def test_a_session_does_not_go_back_to_a_package_that_has_ended(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    invoice = prepaid.used(amara, desk)
    prepaid.given_back(package, desk)

    with pytest.raises(redemptions.PackageOver, match="PK-00001"):
        money.voided(invoice, desk)


def expired(*picked: Package, by: Membership, shown: str, on: date = RUN_OUT) -> list[PackageEnd]:
    return ending.expire(
        picked=[package.pk for package in picked],
        shown=Money.parse(shown),
        on=on,
        key=uuid4(),
        now=at.at_noon(on),
        by=by,
    )


def test_what_is_unused_expires_after_its_last_day(desk: Membership, amara: Client) -> None:
    """J12: 2010 / 4090."""
    package = prepaid.sold(amara, desk)
    prepaid.used(amara, desk)

    [end] = expired(package, by=desk, shown="450.00")

    assert (end.kind, end.unused, str(end.left)) == ("EXPIRED", 3, "450.00")
    assert balances(Role.PREPAID_SESSIONS, Role.PACKAGE_BREAKAGE) == ["0.00", "450.00"]
    # What was not paid of it is owed all the same.
    assert balances(Role.CLIENT_RECEIVABLE) == ["600.00"]
    assert list(integrity.findings()) == []


@pytest.mark.parametrize(
    ("on", "forfeits"),
    [(RUN_OUT - timedelta(days=1), True), (RUN_OUT, False)],
    ids=["on its last day", "where the practice did not say so"],
)
def test_nothing_expires_too_early_or_where_terms_do_not_let_it(
    on: date, forfeits: bool, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, forfeits=forfeits)

    assert packages.run_out(today=on) == []
    assert ending.expire_one(package=package, on=on, now=at.at_noon(on), by=desk) is None
    with pytest.raises(ending.Changed):
        expired(package, by=desk, shown="600.00", on=on)


def test_a_package_waits_for_a_session_of_its_time_that_is_not_billed(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    held = at.session(amara, desk)

    assert packages.run_out(today=RUN_OUT) == []
    prepaid.billed(held, by=desk)

    assert [each.package for each in packages.run_out(today=RUN_OUT)] == [package]


@pytest.mark.parametrize(
    ("on", "code", "waits"),
    [
        (date(2026, 5, 3), "90834", True),
        (date(2026, 5, 3), "90791", False),
        (date(2026, 5, 4), "90834", False),
    ],
    ids=["on its last day", "another service", "a day later"],
)
def test_a_package_waits_for_an_hour_of_its_time_that_nobody_marked(
    on: date, code: str, waits: bool, desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk)
    planned = hours.planned(amara, desk, starts_at=hours.at(on, 18), code=code)

    assert [each.package for each in packages.run_out(today=RUN_OUT)] == [package] * (not waits)
    hours.cancelled(planned, desk, told_at=at.NOW)
    assert [each.package for each in packages.run_out(today=RUN_OUT)] == [package]


def test_what_was_held_on_its_last_day_is_paid_the_day_after(
    desk: Membership, amara: Client
) -> None:
    package = prepaid.sold(amara, desk, days=29)
    planned = hours.planned(amara, desk, starts_at=hours.at(at.TODAY, 18))
    morning = at.TODAY + timedelta(days=1)
    now = at.at_noon(morning)

    assert ending.expire_one(package=package, on=morning, now=now, by=desk) is None
    invoice = prepaid.billed(hours.held(planned, desk, now=now), by=desk, on=morning)

    assert balance_due(invoice) == ZERO
    assert ending.expire_one(package=package, on=morning, now=now, by=desk)


def test_the_job_lets_each_expire_once(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    for _ in range(2):
        ending.expire_one(package=package, on=RUN_OUT, now=at.at_noon(RUN_OUT), by=desk)

    assert PackageEnd.objects.count() == 1
    prepaid.goes_on(PackageEnd.objects.get(), desk, on=RUN_OUT)
    # What somebody took back is not done again by itself.
    ending.expire_one(package=package, on=RUN_OUT, now=at.at_noon(RUN_OUT), by=desk)
    assert PackageEnd.objects.count() == 1
    expired(package, by=desk, shown="600.00")
    assert list(integrity.findings()) == []


def test_another_sum_than_was_shown_expires_nothing(desk: Membership, amara: Client) -> None:
    package = prepaid.sold(amara, desk)

    with pytest.raises(ending.Changed):
        expired(package, by=desk, shown="450.00")

    assert not PackageEnd.objects.exists()


def test_the_worked_fixture_of_a_package(desk: Membership, amara: Client) -> None:
    """E10 to E12 and E34: sold for 600.00, one used at a list of 180.00, the rest given back."""
    package = prepaid.sold(amara, desk, on=date(2026, 1, 8))
    at.cash(amara, desk, "600.00", on=date(2026, 1, 8), apply_to=prepaid.sale(package))
    held = at.session(amara, desk, on=date(2026, 1, 12), code="90837", dollars="180.00")
    issue_one(
        sessions=[held], issued_on=date(2026, 1, 12), now=at.at_noon(date(2026, 1, 12)), by=desk
    )

    january, march = date(2026, 1, 31), date(2026, 3, 12)
    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_RECEIVABLE, on=january) == ["450.00", "0.00"]
    prepaid.given_back(package, desk, on=march)
    assert balances(Role.PREPAID_SESSIONS, Role.CLIENT_CREDITS, on=march) == ["0.00", "450.00"]
    assert package_ends.sale(package).total == Money(600_00)
    assert list(integrity.findings()) == []
