"""What somebody who goes round everything has changed of hours and their income is named."""

import pytest

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import MissedFee, Session
from billing.selectors import integrity, prices
from billing.services import not_billed
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import grouping, hours, raw
from tests.billing.conftest import Billed
from tests.billing.issuing import issue_one
from tests.clients import records

TAMPERINGS = {
    "a discount is raised": (
        "UPDATE billing_invoiceline SET discount = discount + 1 WHERE discount > 0",
        ("I-3", "The income of INV-2026-0003 is not posted as its lines say"),
    ),
    "a discount becomes another kind's": (
        "UPDATE billing_session SET discount_kind = 'COURTESY' WHERE discount > 0",
        ("I-3", "The income of INV-2026-0003"),
    ),
    "a fee becomes a session's": (
        "UPDATE billing_invoiceline SET missed_fee_id = NULL, session_id ="
        " (SELECT session_id FROM billing_notbilled WHERE session_id IS NOT NULL LIMIT 1)"
        " WHERE missed_fee_id IS NOT NULL",
        ("I-3", "The income of INV-2026-0003"),
    ),
    "what is not billed is billed": (
        "UPDATE billing_invoiceline SET session_id ="
        " (SELECT session_id FROM billing_notbilled WHERE session_id IS NOT NULL LIMIT 1)"
        " WHERE discount > 0",
        ("I-4", "INV-2026-0003 holds what is not to be billed"),
    ),
    "an outcome is put back": (
        "DELETE FROM billing_outcometakenback",
        ("I-5", "Two outcomes of appointment"),
    ),
    "an outcome that cost a fee becomes free": (
        "UPDATE billing_appointmentoutcome SET is_free = true WHERE kind = 'NO_SHOW'",
        ("I-4", "is of no appointment that was missed"),
    ),
    "a place of a group becomes another hour's": (
        "UPDATE billing_appointment SET minutes = minutes + 1 WHERE group_hour_id IS NOT NULL",
        ("I-4", "is not of its group's hour"),
    ),
}


@pytest.fixture
def reduced(billed: Billed) -> Billed:
    """An invoice of a session at a discount and of a missed hour; something is kept back."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        hours.history(billed.own, by)
        grouping.history(billed.own, by)
        records.agreement(billed.own, by, percent=60)
        session = hours.held(hours.planned(billed.own, by, starts_at=hours.at(at.TODAY, 8)), by)
        fees = MissedFee.objects.filter(outcome__taken_back=None)
        issue_one(sessions=[session], missed_fees=fees, issued_on=at.TODAY, now=at.NOW, by=by)
        kept = at.session(billed.own, by)
        not_billed.keep_back(hour=kept, reason="GOODWILL", now=at.NOW, by=by)
    return billed


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(reduced: Billed, tampering: str) -> None:
    statement, (invariant, told) = TAMPERINGS[tampering]
    with practice_scope(reduced.house.id):
        assert list(integrity.findings()) == []

    raw.as_owner_unguarded(statement)

    with practice_scope(reduced.house.id):
        found = list(integrity.findings())
    assert any(each.invariant == invariant and told in each.sentence for each in found), found


def test_a_full_discount_is_sound(desk: Membership, amara: Client) -> None:
    """A session that costs nothing is billed beside one that costs something."""
    records.agreement(amara, desk, percent=60)
    free = hours.held(hours.planned(amara, desk), desk, fee=prices.typed(
        Money(0), prices.Price(Money(150_00))
    ))  # fmt: skip
    paid = at.session(amara, desk)

    issue_one(sessions=[free, paid], issued_on=at.TODAY, now=at.NOW, by=desk)

    assert list(integrity.findings()) == []
    assert Session.objects.get(pk=free.pk).discount == Money(150_00)
