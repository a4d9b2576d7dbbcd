"""What was billed beside what was estimated, and the invoice that goes far above it."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from billing.models import EstimateOverrun, Invoice, Session
from billing.selectors import estimate_meters
from billing.selectors.estimate_meters import Level, Meter
from billing.services import invoices, voids
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours, prepaid
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.billing.raw import execute

MARCH_1 = date(2026, 3, 1)


@pytest.fixture
def estimated(desk: Membership, amara: Client) -> Client:
    """Amara, for whom 300.00 are expected in March."""
    expected = [an.expected(times=2)]
    an.estimate(amara, desk, since=MARCH_1, until=date(2026, 3, 31), expected=expected)
    return amara


def held(of: Client, by: Membership, dollars: str, **changes: Any) -> Session:
    return at.session(of, by, dollars=dollars, on=changes.pop("on", date(2026, 3, 2)), **changes)


def billed(of: Client, by: Membership, dollars: str, why: str = "", **changes: Any) -> Invoice:
    return issue_one(
        sessions=[held(of, by, dollars, **changes)],
        issued_on=TODAY,
        over_estimate=why,
        now=NOW,
        by=by,
    )


def meter_of(client: Client) -> Meter:
    [meter] = estimate_meters.of_people([client.pk])
    return meter


def test_what_stands_billed_in_its_days_counts(desk: Membership, estimated: Client) -> None:
    billed(estimated, desk, "150.00")
    billed(estimated, desk, "150.00", on=date(2026, 2, 17))

    meter = meter_of(estimated)
    assert (meter.estimated, meter.billed) == (Money(300_00), Money(150_00))
    assert meter.level == Level.WITHIN


def test_any_code_of_the_provider_counts(desk: Membership, estimated: Client) -> None:
    billed(estimated, desk, "175.00", code="90837")

    assert meter_of(estimated).billed == Money(175_00)


def test_what_is_void_counts_no_more(desk: Membership, estimated: Client) -> None:
    invoice = billed(estimated, desk, "150.00")
    voids.void(
        invoice=invoice,
        again=[],
        reason="FEE",
        voided_on=TODAY,
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert meter_of(estimated).billed == Money(0)


def test_fees_for_missed_hours_are_outside(desk: Membership, estimated: Client) -> None:
    hours.policy(desk)
    fee = hours.missed(hours.planned(estimated, desk), desk).fee
    assert fee
    issue_one(sessions=[], missed_fees=[fee], issued_on=TODAY, now=NOW, by=desk)

    assert meter_of(estimated).billed == Money(0)


@pytest.mark.parametrize(
    ("dollars", "level"),
    [("599.99", Level.WITHIN), ("600.00", Level.NEAR), ("699.99", Level.NEAR)],
)
def test_from_three_hundred_above_on_it_is_amber(
    desk: Membership, estimated: Client, dollars: str, level: Level
) -> None:
    billed(estimated, desk, dollars)

    assert meter_of(estimated).level == level
    permissions = members.permissions_of(desk)
    near = estimate_meters.near(desk, on=TODAY, permissions=permissions)
    assert [meter.level for meter in near] == ([level] if level != Level.WITHIN else [])


def test_four_hundred_above_is_not_issued_without_a_reason(
    desk: Membership, estimated: Client
) -> None:
    billed(estimated, desk, "500.00")
    with pytest.raises(invoices.OverEstimate, match=r"\$400\.00 above GFE-2026-0001"):
        billed(estimated, desk, "200.00")

    assert Invoice.objects.count() == 1
    assert issubclass(invoices.OverEstimate, invoices.KeptBack)
    assert billed(estimated, desk, "199.99").total == Money(199_99)


def test_with_a_reason_it_is_issued_and_written_down(desk: Membership, estimated: Client) -> None:
    invoice = billed(estimated, desk, "700.00", "AGREED")

    row = EstimateOverrun.objects.get()
    assert (row.invoice, row.over, row.reason) == (invoice, Money(400_00), "AGREED")


def test_a_reason_where_nothing_goes_above_says_nothing(
    desk: Membership, estimated: Client
) -> None:
    billed(estimated, desk, "100.00", "AGREED")

    assert not EstimateOverrun.objects.exists()


def test_a_new_estimate_lifts_the_limit_once_it_is_given(
    desk: Membership, estimated: Client
) -> None:
    new = an.estimate(
        estimated, desk, since=MARCH_1, until=date(2026, 3, 31), expected=[an.expected(times=5)]
    )
    with pytest.raises(invoices.OverEstimate, match="above GFE-2026-0001"):
        billed(estimated, desk, "700.00", on=TODAY)

    an.noted(new, desk)

    assert billed(estimated, desk, "700.00", on=TODAY).total == Money(700_00)


def test_a_new_estimate_lifts_nothing_of_the_days_before_it_was_given(
    desk: Membership, estimated: Client
) -> None:
    march = {"since": MARCH_1, "until": date(2026, 3, 31)}
    an.noted(an.estimate(estimated, desk, **march, expected=[an.expected(times=6)]), desk)

    with pytest.raises(invoices.OverEstimate, match="above GFE-2026-0001"):
        billed(estimated, desk, "700.00", on=date(2026, 3, 2))


def test_before_the_new_one_begins_the_old_one_counts(desk: Membership, estimated: Client) -> None:
    an.noted(an.estimate(estimated, desk, since=TODAY, expected=[an.expected(times=5)]), desk)

    with pytest.raises(invoices.OverEstimate):
        billed(estimated, desk, "700.00", on=date(2026, 3, 2))
    assert billed(estimated, desk, "700.00", on=TODAY).total == Money(700_00)


def test_an_invoice_in_place_of_a_void_one_is_not_asked_about(
    desk: Membership, estimated: Client
) -> None:
    invoice = billed(estimated, desk, "700.00", "AGREED")
    session = invoice.lines.get().session
    assert session
    gone = voids.void(
        invoice=invoice,
        again=[session],
        reason="FEE",
        voided_on=TODAY,
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert not isinstance(gone, voids.Waiting)
    assert gone.replacement
    assert meter_of(estimated).billed == Money(700_00)


@pytest.mark.parametrize(("price", "fee"), [("2400.00", "150.00"), ("100.00", "750.00")])
def test_a_session_counts_as_what_its_package_pays(
    price: str, fee: str, desk: Membership, estimated: Client
) -> None:
    """One of four sessions of 2400.00 is billed at 600.00, and goes above with another of 150.00;
    one of 100.00 is billed at 25.00, whatever it costs without a package.
    """
    billed(estimated, desk, "150.00")
    prepaid.sold(estimated, desk, dollars=price)

    if price == "100.00":
        assert billed(estimated, desk, fee).total == Money(25_00)
        assert meter_of(estimated).billed == Money(175_00)
    else:
        with pytest.raises(invoices.OverEstimate, match=r"\$450\.00 above"):
            billed(estimated, desk, fee)


def test_the_database_refuses_an_overrun_of_somebody_else(
    desk: Membership, estimated: Client
) -> None:
    meter = meter_of(estimated)
    invoice = at.invoice(at.client(desk, "Whitfield"), desk)

    with pytest.raises(IntegrityError, match="of somebody else"), transaction.atomic():
        execute(
            "INSERT INTO billing_estimateoverrun (id, invoice_id, estimate_id, therapist_id, over,"
            " reason, noted_at, noted_by_id) VALUES (%s, %s, %s, %s, 1, 'AGREED', %s, %s)",
            *(uuid7(), invoice.pk, meter.estimate.pk, meter.therapist_id, NOW, desk.pk),
        )
