"""A check that the bank sends back counts no more, and its money leaves where it lay."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing import posting
from billing.models import PaymentTakenBack, ReturnedCheck
from billing.reports.receipts import table as receipts
from billing.selectors import drawer, integrity, returned_checks
from billing.selectors.bank import is_confirmed
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.selectors.tables import Asked
from billing.services import bank_matches, corrections, payments
from billing.services import drawer as drawers
from billing.services import returned_checks as services
from billing.services.returned_checks import Details, Reason, Waiting
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.services import journal, periods
from tests.billing import checks, money, raw
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.services.test_payments import balances

FEE = Money(12_00)
LATER = at.TODAY + timedelta(days=8)


def test_the_client_owes_again_and_the_bank_has_less(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    payment = checks.at_bank(amara, desk, "90.00")

    back = checks.returned(payment, desk, fee=FEE)

    assert (balance_due(invoice), credit_left(payment)) == (Money(150_00), ZERO)
    kept = balances()
    assert (kept["1000"], kept["6160"]) == (-FEE, FEE)
    assert (kept["1100"], kept.get("1010"), kept.get("2000")) == (Money(150_00), None, None)
    assert drawer.drawer() == drawer.Drawer(ZERO, ZERO)
    assert back.entry is not None
    assert back.fee_entry is not None
    assert list(integrity.findings()) == []


def test_a_check_that_was_not_deposited_leaves_the_drawer(desk: Membership, amara: Client) -> None:
    payment = checks.taken(amara, desk)

    with pytest.raises(services.NotThere, match=r"only \$0\.00 in checks were taken to the bank"):
        checks.returned(payment, desk)
    back = checks.returned(payment, desk, was_deposited=False)

    assert (back.entry, back.fee_entry) == (None, None)
    assert drawer.drawer() == drawer.Drawer(ZERO, ZERO)
    assert balances().get("1000", ZERO) == ZERO
    assert list(integrity.findings()) == []


def test_one_that_was_deposited_does_not_lie_in_the_drawer(desk: Membership, amara: Client) -> None:
    payment = checks.at_bank(amara, desk)

    with pytest.raises(services.NotThere, match=r"only \$0\.00 in checks lie in the drawer"):
        checks.returned(payment, desk, was_deposited=False)


def test_it_comes_back_once(desk: Membership, amara: Client) -> None:
    payment, key = checks.at_bank(amara, desk), uuid4()

    first = checks.returned(payment, desk, key=key)

    assert checks.returned(payment, desk, key=key) == first
    with pytest.raises(services.AlreadyTakenBack, match="R-00001 was taken back already"):
        checks.returned(payment, desk)
    with pytest.raises(services.KeyReused):
        checks.returned(checks.at_bank(amara, desk), desk, key=key)
    with pytest.raises(corrections.AlreadyCorrected):
        money.corrected(payment, desk)
    assert ReturnedCheck.objects.count() == 1


def test_not_cash_nor_what_went_back_nor_too_early(desk: Membership, amara: Client) -> None:
    cash = money.kept(amara, desk, "5.00")
    with pytest.raises(services.NoCheck):
        checks.returned(cash, desk)

    payment = checks.at_bank(amara, desk)
    with pytest.raises(services.BeforeItWas, match="Choose Mar 3, 2026 or later"):
        checks.returned(payment, desk, on=at.TODAY - timedelta(days=1))

    refund = money.refunded(payment, desk, "20.00", method=payments.Method.CHECK)
    with pytest.raises(services.PartlyRefunded, match=r"\$20\.00 of R-00002 went back"):
        checks.returned(payment, desk)
    money.kept_after_all(refund, desk)
    checks.returned(payment, desk)


def test_in_a_closed_month_none_comes_back(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    payment = checks.taken(amara, desk, on=date(2026, 2, 10))
    periods.close(month=date(2026, 2, 1), today=at.TODAY, by=accountant)

    with pytest.raises(journal.PeriodClosed, match="February 2026 is closed"):
        checks.returned(payment, desk, on=date(2026, 2, 27), was_deposited=False)
    assert credit_left(payment) == Money(50_00)


def test_the_report_of_receipts_shows_it_on_the_day_on_which_it_came_back(
    desk: Membership, amara: Client
) -> None:
    payment = checks.at_bank(amara, desk, "70.00")
    checks.returned(payment, desk, on=LATER)

    found = receipts(Asked(LATER, LATER))

    assert [row.cells[1:] for row in found.rows if row.client] == [
        ("R-00001 sent back by the bank", amara.code, "Check", Money(-70_00))
    ]
    assert [row.cells[4] for row in found.rows if row.cells[0] == "Total deposits"] == [
        Money(-70_00)
    ]
    assert all(tie.ok for tie in found.ties)


def test_a_bank_line_proves_it_and_is_matched(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    payment = checks.at_bank(amara, desk, "600.00")
    line = checks.bank_line(accountant, payment)
    assert returned_checks.lines_for(payment) == [line]

    back = checks.returned(payment, desk, line=line)

    assert back.entry_id is not None
    assert is_confirmed(back.entry_id)
    assert returned_checks.lines_for(payment) == []
    with pytest.raises(services.OtherLine):
        checks.returned(checks.at_bank(amara, desk, "600.00"), desk, line=line)
    bank_matches.undo(line=line, now=at.NOW, by=accountant)


def test_without_a_line_a_second_person_is_asked_above_the_limit(
    desk: Membership, accountant: Membership, amara: Client
) -> None:
    payment = checks.at_bank(amara, desk, "100.01")

    def tried() -> ReturnedCheck | Waiting:
        return services.record(
            payment=payment,
            details=Details(Reason.CLOSED, at.TODAY, was_deposited=True),
            key=uuid4(),
            now=at.NOW,
            by=desk,
        )

    assert isinstance(tried(), Waiting)
    assert balance_due(at.invoice(amara, desk)) == Money(150_00)
    asked = Approval.objects.get(act=Act.REFUND)
    assert asked.label == "R-00001, sent back by the bank"
    approvals.decide(approval=asked, decision="APPROVED", by=accountant, now=at.NOW)
    assert isinstance(tried(), ReturnedCheck)


def test_the_deposit_under_it_stays(desk: Membership, amara: Client) -> None:
    payment = checks.taken(amara, desk)
    made = money.deposited(desk, "0.00", "50.00")
    checks.returned(payment, desk)

    with pytest.raises(drawers.SentBack, match="D-00001 took"):
        money.not_deposited(made, desk)


@pytest.mark.commits
def test_the_log_says_it(billed: Billed) -> None:
    with practice_scope(billed.house.id):
        checks.sent_back(billed.own, billed.house.people["front-desk"])

    with practice_scope(billed.house.id):
        told = Event.objects.get(action=Action.CHECK_SENT_BACK).facts
    assert (told["reason"], told["amount_cents"]) == ("there was not enough money", 3_00)


def test_the_database_wants_to_know_how_it_came_back(desk: Membership, amara: Client) -> None:
    payment = checks.at_bank(amara, desk)
    entry = journal.reverse(
        entry=payment.entry, source="x", entry_date=at.TODAY, memo="Back", by=desk
    )

    with pytest.raises(IntegrityError, match="nothing says how"), raw.committing():
        by_hand(payment, entry.pk, desk)


def by_hand(payment: Any, entry: Any, by: Membership, reason: str = "RETURNED") -> PaymentTakenBack:
    return PaymentTakenBack.objects.create(
        payment=payment,
        reason=reason,
        taken_back_on=at.TODAY,
        key=uuid4(),
        entry_id=entry,
        taken_back_at=at.NOW,
        taken_back_by=by,
    )


@pytest.mark.parametrize(
    ("method", "changes", "told"),
    [
        ("CASH", {"was_deposited": False}, "is no check that came back"),
        ("CHECK", {"was_deposited": True}, "did not leave the bank in the books"),
        ("CHECK", {"was_deposited": False, "fee": Money(1)}, "the fee for the check"),
        ("CHECK", {"was_deposited": False, "fee": Money(-1)}, "fee_is_posted"),
        ("CHECK", {"was_deposited": False, "reason": "X"}, "for_a_reason"),
    ],
)
def test_the_database_holds_it_to_the_books(
    desk: Membership, amara: Client, method: str, changes: dict[str, Any], told: str
) -> None:
    payment = money.kept(amara, desk, "5.00") if method == "CASH" else checks.taken(amara, desk)
    entry = journal.reverse(
        entry=payment.entry, source="x", entry_date=at.TODAY, memo="Back", by=desk
    )
    if changes["was_deposited"]:
        changes |= {"entry_id": entry.pk}
    if changes.get("fee"):
        changes |= {"fee_entry_id": entry.pk}
    back = by_hand(payment, entry.pk, desk)

    with pytest.raises(IntegrityError, match=told), raw.committing():
        ReturnedCheck.objects.create(**{"taken_back": back, "reason": "FUNDS", **changes})


def test_the_database_sends_no_more_back_than_was_deposited(
    desk: Membership, amara: Client
) -> None:
    payment = checks.taken(amara, desk)
    entry = journal.reverse(
        entry=payment.entry, source="x", entry_date=at.TODAY, memo="Back", by=desk
    )
    left = journal.post(
        source="y",
        entry_date=at.TODAY,
        memo="Left",
        lines=posting.check_sent_back(amount=payment.amount),
        by=desk,
    )
    back = by_hand(payment, entry.pk, desk)

    with pytest.raises(IntegrityError, match="was not deposited"), raw.committing():
        ReturnedCheck.objects.create(
            taken_back=back, reason="FUNDS", was_deposited=True, entry_id=left.pk
        )


@pytest.mark.commits
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM billing_returnedcheck", ("I-5", "R-00001 came back from the bank")),
        ("UPDATE billing_returnedcheck SET fee = fee + 1", ("I-3", "R-00001 cost another fee")),
        (
            "UPDATE billing_payment SET method = 'CARD', reference = ''",
            ("I-5", "R-00001 is no check that came back"),
        ),
        (
            "WITH moved AS (UPDATE ledger_journalentry SET entry_date = entry_date + 1"
            " WHERE source LIKE 'returned_check:%left' RETURNING id) UPDATE ledger_posting"
            " SET entry_date = entry_date + 1 WHERE entry_id IN (SELECT id FROM moved)",
            ("I-3", "R-00001 did not leave the bank"),
        ),
    ],
)
def test_verify_ledger_finds_it(billed: Billed, statement: str, told: tuple[str, str]) -> None:
    with practice_scope(billed.house.id):
        checks.sent_back(billed.own, billed.house.people["front-desk"])
    raw.as_owner_unguarded(*statement.split(";"))

    with practice_scope(billed.house.id):
        found = [(each.invariant, each.sentence) for each in integrity.findings()]
    assert any(told[0] == number and told[1] in words for number, words in found), found
