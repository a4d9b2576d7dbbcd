"""Fees agreed with clients: one on a day, and low ones by two people."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from clients.models import Client, FeeAgreement
from clients.selectors import fee_agreements as selectors
from clients.services import fee_agreements
from tests.clients.people import NOW, TODAY, added
from tests.clients.records import JANUARY, agreement


@pytest.fixture
def client(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def counting(client: Client, on: date = TODAY) -> FeeAgreement | None:
    return selectors.in_force(client.pk, on=on)


@pytest.mark.parametrize(
    ("terms", "needs_second"),
    [
        ({"percent": 50}, False),
        ({"percent": 49}, True),
        ({"percent": 0}, True),
        ({"percent": None, "amount_cents": 50_00}, False),
        ({"percent": None, "amount_cents": 49_99}, True),
        ({"percent": None, "amount_cents": 0}, True),
    ],
)
def test_a_low_fee_counts_once_a_second_person_has_approved_it(
    client: Client,
    front_desk: Membership,
    accountant: Membership,
    terms: dict[str, Any],
    needs_second: bool,
) -> None:
    made = agreement(client, front_desk, **terms)
    assert (counting(client) is None) == needs_second

    if needs_second:
        with pytest.raises(fee_agreements.NotYours):
            fee_agreements.approve(agreement=made, now=NOW, by=front_desk)
        fee_agreements.approve(agreement=made, now=NOW, by=accountant)

    assert counting(client) == made
    with pytest.raises(fee_agreements.NotStanding):
        fee_agreements.approve(agreement=made, now=NOW, by=accountant)


def test_the_database_lets_nobody_approve_their_own(client: Client, front_desk: Membership) -> None:
    made = agreement(client, front_desk)

    with pytest.raises(IntegrityError, match="approved_by_another"), transaction.atomic():
        FeeAgreement.objects.filter(pk=made.pk).update(approved_at=NOW, approved_by=front_desk)


@pytest.mark.parametrize(
    ("percent", "amount_cents"), [(None, None), (80, 80_00), (101, None), (-1, None), (None, -1)]
)
def test_a_fee_is_a_percentage_or_an_amount(
    client: Client, front_desk: Membership, percent: int | None, amount_cents: int | None
) -> None:
    with pytest.raises(fee_agreements.PercentOrAmount):
        agreement(client, front_desk, percent=percent, amount_cents=amount_cents)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeAgreement.objects.create(
            client=client,
            basis="AGREED",
            percent=percent,
            amount_cents=amount_cents,
            starts_on=JANUARY,
            needs_second=False,
            agreed_at=NOW,
            agreed_by=front_desk,
        )


def test_one_day_has_one_agreement(client: Client, front_desk: Membership) -> None:
    first = agreement(client, front_desk, percent=80)
    with pytest.raises(fee_agreements.DaysTaken):
        agreement(client, front_desk, starts_on=TODAY)

    fee_agreements.end(agreement=first, ends_on=TODAY, now=NOW, by=front_desk)
    second = agreement(client, front_desk, percent=60, starts_on=TODAY + timedelta(1))

    assert [counting(client, on) for on in (TODAY, TODAY + timedelta(1))] == [first, second]
    with pytest.raises(IntegrityError, match="on one day"), transaction.atomic():
        FeeAgreement.objects.filter(pk=first.pk).update(ends_on=TODAY + timedelta(1))


def test_what_was_taken_back_counts_no_more_and_stays(
    client: Client, front_desk: Membership
) -> None:
    made = agreement(client, front_desk, percent=80, review_on=TODAY)
    [shown] = selectors.of(client, on=TODAY)
    assert (shown.state, shown.is_due_for_review) == ("Counts", True)

    fee_agreements.withdraw(agreement=made, now=NOW, by=front_desk)

    assert counting(client) is None
    [shown] = selectors.of(client, on=TODAY)
    assert (shown.state, shown.is_due_for_review) == ("Taken back", False)
    with pytest.raises(fee_agreements.NotStanding):
        fee_agreements.end(agreement=made, ends_on=TODAY, now=NOW, by=front_desk)


def test_days_come_in_their_order(client: Client, front_desk: Membership) -> None:
    with pytest.raises(fee_agreements.EndsBeforeItStarts):
        agreement(client, front_desk, ends_on=JANUARY - timedelta(1))
    with pytest.raises(fee_agreements.ReviewTooSoon):
        agreement(client, front_desk, review_on=JANUARY)
    made = agreement(client, front_desk, ends_on=TODAY)

    with pytest.raises(fee_agreements.AlreadyEnded):
        fee_agreements.end(agreement=made, ends_on=TODAY, now=NOW, by=front_desk)
