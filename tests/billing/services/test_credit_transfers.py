"""Credit goes to another client once, within limits, and comes back while it is not used."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.ids import uuid7
from accounts.models import Approval, Membership
from accounts.services import approvals
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing import posting
from billing.models import CreditTransfer, Payment, PaymentTakenBack
from billing.reports.credits import table as credits_report
from billing.reports.receipts import table as receipts
from billing.selectors import credit_transfers, drawer, integrity, statements
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left, taken_on
from billing.selectors.refunds import refundable
from billing.selectors.tables import Asked
from billing.services import applications, corrections, refunds, returned_checks
from billing.services import credit_transfers as services
from billing.services.credit_transfers import Waiting
from billing.services.payments import Method
from clients.models import Client
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from ledger.services import journal
from tests.billing import checks, money, moving, raw
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.services.test_payments import balances


@pytest.fixture
def sister(desk: Membership, amara: Client) -> Client:
    """A second client, C-0002."""
    return at.client(desk, "Whitfield")


@pytest.fixture
def over(desk: Membership, amara: Client) -> Payment:
    """80.00 in cash of the first client, all of it credit."""
    return money.kept(amara, desk, "80.00")


def test_the_other_client_has_it_as_credit_of_their_own(
    desk: Membership, over: Payment, sister: Client
) -> None:
    moved = moving.moved(over, sister, desk, "30.00")

    arrived = moved.arrived
    assert (arrived.receipt, arrived.method, arrived.client_id) == ("R-00002", "MOVED", sister.pk)
    assert (credit_left(over), credit_left(arrived)) == (Money(50_00), Money(30_00))
    assert (refundable(over), refundable(arrived)) == (Money(50_00), Money(30_00))
    assert balances() == {"1010": Money(80_00), "2000": Money(-80_00)}
    assert list(integrity.findings()) == []


def test_it_is_spent_as_any_other_credit(desk: Membership, over: Payment, sister: Client) -> None:
    arrived = moving.moved(over, sister, desk, "80.00").arrived
    invoice = at.invoice(sister, desk)

    applications.apply(payment=arrived, shares=None, applied_on=at.TODAY, now=at.NOW, by=desk)
    refund = money.refunded(arrived, desk, "10.00", method=Method.CHECK, charge=refunds.Charge.OWED)

    assert balance_due(invoice) == Money(80_00)
    assert refund.reference == "RF-00001"
    assert list(integrity.findings()) == []
    with pytest.raises(refunds.NotInCash):
        money.refunded(arrived, desk, "1.00", charge=refunds.Charge.OWED)


def test_never_more_than_is_credit(desk: Membership, amara: Client, sister: Client) -> None:
    at.invoice(amara, desk)
    payment = at.cash(amara, desk, "200.00", keep_rest=True)

    with pytest.raises(services.ExceedsCredit, match=r"\$50\.00 of R-00001 is credit"):
        moving.moved(payment, sister, desk, "50.01")
    with pytest.raises(services.ExceedsCredit):
        moving.moved(payment, sister, desk, "0.00")
    moving.moved(payment, sister, desk, "50.00")
    with pytest.raises(services.ExceedsCredit, match=r"\$0\.00 of R-00001"):
        moving.moved(payment, sister, desk, "0.01")


def test_not_to_oneself_nor_before_it_was_there(
    desk: Membership, over: Payment, sister: Client
) -> None:
    with pytest.raises(services.SamePerson):
        moving.moved(over, over.client, desk, "1.00")
    with pytest.raises(services.BeforeItWas, match="Choose Mar 3, 2026 or later"):
        moving.moved(over, sister, desk, "1.00", on=at.TODAY - timedelta(days=1))


def test_a_form_sent_twice_is_one(desk: Membership, over: Payment, sister: Client) -> None:
    key = uuid4()
    first = moving.moved(over, sister, desk, "5.00", key=key)

    assert moving.moved(over, sister, desk, "5.00", key=key) == first
    with pytest.raises(services.KeyReused):
        moving.moved(over, sister, desk, "6.00", key=key)
    with pytest.raises(services.KeyReused):
        moving.moved(first.arrived, over.client, desk, "5.00", key=over.key)


def test_it_comes_back_while_it_is_not_used(
    desk: Membership, over: Payment, sister: Client
) -> None:
    moved = moving.moved(over, sister, desk, "30.00")
    invoice = at.invoice(sister, desk)
    money.applied(moved.arrived, invoice, desk, "10.00")

    with pytest.raises(services.StillUsed, match=r"\$10\.00 of R-00002 is used"):
        moving.moved_back(moved, desk)
    money.unapplied(moved.arrived, desk)
    with pytest.raises(services.BeforeItWas):
        moving.moved_back(moved, desk, on=at.TODAY - timedelta(days=1))
    moving.moved_back(moved, desk)

    assert (credit_left(over), refundable(moved.arrived)) == (Money(80_00), ZERO)
    with pytest.raises(services.AlreadyTakenBack):
        moving.moved_back(moved, desk)
    assert list(integrity.findings()) == []


def test_it_can_go_on_and_comes_back_in_turn(
    desk: Membership, over: Payment, sister: Client
) -> None:
    first = moving.moved(over, sister, desk, "30.00")
    onward = moving.moved(first.arrived, at.client(desk, "Third"), desk, "20.00")

    with pytest.raises(services.StillUsed):
        moving.moved_back(first, desk)
    moving.moved_back(onward, desk)
    moving.moved_back(first, desk)

    assert credit_left(over) == Money(80_00)


def test_what_is_elsewhere_is_neither_corrected_nor_sent_back(
    desk: Membership, amara: Client, sister: Client
) -> None:
    check = checks.at_bank(amara, desk)
    moved = moving.moved(check, sister, desk, "20.00")

    with pytest.raises(returned_checks.PartlyMoved, match=r"\$20\.00 of R-00001"):
        checks.returned(check, desk)
    with pytest.raises(corrections.PartlyMoved):
        money.corrected(check, desk)
    with pytest.raises(corrections.PartlyMoved, match="credit of another account"):
        money.corrected(moved.arrived, desk)
    with pytest.raises(refunds.ExceedsRefundable):
        money.refunded(check, desk, "30.01", method=Method.CHECK)


def test_no_money_came_by_it(desk: Membership, over: Payment, sister: Client) -> None:
    before, asked = drawer.drawer(), Asked(at.TODAY, at.TODAY)
    told = receipts(asked)

    moving.moved(over, sister, desk, "30.00")

    assert drawer.drawer() == before
    assert [way.label for way in drawer.taken_on(at.TODAY)] == ["Cash", "Check", "Card"]
    assert taken_on(Payment.objects.all(), at.TODAY) == Money(80_00)
    assert [row.cells for row in receipts(asked).rows] == [row.cells for row in told.rows]
    assert all(tie.ok for tie in (*receipts(asked).ties, *credits_report(asked).ties))


def test_neither_account_names_the_other(desk: Membership, over: Payment, sister: Client) -> None:
    moved = moving.moved(over, sister, desk, "30.00")
    moving.moved_back(moving.moved(over, sister, desk, "1.00"), desk)

    def told(client: Client) -> list[tuple[str, Money]]:
        account = statements.account([client.pk], since=at.TODAY, until=at.TODAY)
        return [(line.words, line.amount) for line in account.lines]

    assert told(over.client)[1:] == [
        ("Credit to another account", Money(30_00)),
        ("Credit to another account", Money(1_00)),
        ("Credit to another account, taken back", Money(-1_00)),
    ]
    assert told(sister) == [
        ("Credit from another account", Money(-30_00)),
        ("Credit from another account", Money(-1_00)),
        ("Credit from another account, taken back", Money(1_00)),
    ]
    assert "Okonkwo" not in str(moved.arrived.entry.memo)


def test_above_the_limit_a_second_person_is_asked(
    desk: Membership, accountant: Membership, amara: Client, sister: Client
) -> None:
    payment = money.kept(amara, desk, "200.00")
    moving.moved(payment, sister, desk, "60.00")

    def tried() -> CreditTransfer | Waiting:
        return services.record(
            payment=payment,
            details=moving.details(sister, "40.01"),
            key=uuid4(),
            now=at.NOW,
            by=desk,
        )

    assert isinstance(tried(), Waiting)
    assert credit_left(payment) == Money(140_00)
    asked = Approval.objects.get(label="R-00001, to another account")
    approvals.decide(approval=asked, decision="APPROVED", by=accountant, now=at.NOW)
    assert isinstance(tried(), CreditTransfer)


def test_who_does_not_see_the_other_client_is_not_told_of_them(
    desk: Membership, over: Payment, sister: Client
) -> None:
    moved = moving.moved(over, sister, desk, "30.00")
    own = Payment.objects.filter(client=over.client)

    (row,) = credit_transfers.out_of(over, seen=own)
    assert (row.other_id, row.other) == (None, "")
    (row,) = credit_transfers.out_of(over, seen=Payment.objects.all())
    assert (row.other_id, row.other) == (moved.arrived_id, "R-00002")
    came = credit_transfers.into(moved.arrived, seen=own)
    assert came is not None
    assert came.other == "R-00001"


@pytest.mark.commits
def test_the_log_tells_each_client_only_their_side(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        moving.moved(money.kept(billed.own, by, "9.00"), billed.other, by, "9.00")

    with practice_scope(billed.house.id):
        moved = Event.objects.get(action=Action.CREDIT_MOVED)
        arrived = Event.objects.get(action=Action.CREDIT_ARRIVED)
    assert "R-00002" not in str(moved.facts)
    assert "R-00001" not in str(arrived.facts)


def by_hand(over: Payment, to: Client, by: Membership, **changes: Any) -> None:
    """Write a transfer of 1.00 past the service."""
    pk, amount = uuid7(), changes.pop("amount", Money(1_00))
    entry = changes.pop("entry", None) or journal.post(
        source=f"payment:{pk}:moved",
        entry_date=at.TODAY,
        memo=posting.MOVED,
        lines=posting.credit_moved(
            giver=over.client_id, payment=over.pk, taker=to.pk, arrived=pk, amount=amount
        ),
        by=by,
    )
    arrived = Payment.objects.create(
        id=pk,
        receipt="R-99999",
        client=to,
        method=changes.pop("method", "MOVED"),
        amount=amount,
        received_on=at.TODAY,
        reference="",
        key=uuid4(),
        entry_id=entry.pk,
        recorded_at=at.NOW,
        recorded_by=by,
    )
    row = {"payment": over, "arrived": arrived, "reason": "GIFT", "agreed": "PHONE"}
    if changes.pop("told", True):
        CreditTransfer.objects.create(**row | {"agreed_on": at.TODAY} | changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": Money(80_01)}, "more goes to another account than receipt R-00001 holds"),
        ({"method": "CASH"}, "did not come from another account"),
        ({"told": False}, "nothing says from which"),
        ({"reason": "X"}, "for_a_reason"),
        ({"agreed": "X"}, "agreed"),
    ],
)
def test_the_database_moves_no_more_and_nothing_else(
    desk: Membership, over: Payment, sister: Client, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(IntegrityError, match=words), raw.committing():
        by_hand(over, sister, desk, **changes)


def test_the_database_wants_it_posted_between_two_clients(
    desk: Membership, over: Payment, sister: Client
) -> None:
    with pytest.raises(IntegrityError, match="is not posted as it came"), raw.committing():
        entry = JournalEntry.objects.get(pk=money.posted_deposit(desk, "1.00"))
        by_hand(over, sister, desk, entry=entry)
    with pytest.raises(IntegrityError, match="goes to its own client"), raw.committing():
        by_hand(over, over.client, desk)
    spent = at.cash(over.client, desk, "5.00", keep_rest=True)
    money.corrected(spent, desk, reason=corrections.Reason.TWICE)
    with pytest.raises(IntegrityError, match="was taken back"), raw.committing():
        by_hand(spent, sister, desk)


def test_the_database_takes_back_what_came_from_elsewhere_as_that(
    desk: Membership, over: Payment, sister: Client
) -> None:
    arrived = moving.moved(over, sister, desk, "1.00").arrived
    for payment, reason in ((arrived, "TWICE"), (over, "MOVED_BACK")):
        with pytest.raises(IntegrityError, match=r"or never came|is still used"), raw.committing():
            entry = journal.reverse(
                entry=payment.entry, source="x", entry_date=at.TODAY, memo="Back", by=desk
            )
            PaymentTakenBack.objects.create(
                payment=payment,
                reason=reason,
                taken_back_on=at.TODAY,
                key=uuid4(),
                entry_id=entry.pk,
                taken_back_at=at.NOW,
                taken_back_by=desk,
            )


@pytest.mark.commits
@pytest.mark.parametrize(
    ("statement", "invariant", "told"),
    [
        ("DELETE FROM billing_credittransfer", "I-12", "R-00002 came from another account"),
        (
            "UPDATE billing_credittransfer SET payment_id = (SELECT id FROM billing_payment"
            " WHERE receipt = 'R-00003')",
            "I-3",
            "Credit of R-00003 is moved otherwise than posted",
        ),
    ],
)
def test_verify_ledger_finds_it(billed: Billed, statement: str, invariant: str, told: str) -> None:
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        moving.moved(money.kept(billed.own, by, "9.00"), billed.other, by, "9.00")
        money.kept(billed.own, by, "9.00")
        assert list(integrity.findings()) == []
    raw.as_owner_unguarded(statement)

    with practice_scope(billed.house.id):
        found = list(integrity.findings())
    assert any(each.invariant == invariant and told in each.sentence for each in found), found
