"""What somebody who goes round everything has changed is found, and named."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.selectors import integrity
from billing.services.corrections import Reason
from clients.models import Client
from ledger.selectors.integrity import Finding
from tests.billing import desk as at
from tests.billing import money, raw
from tests.billing.conftest import Billed

TAMPERINGS = {
    "a number is skipped": (
        "UPDATE billing_invoice SET number = 'INV-2026-0003' WHERE number = 'INV-2026-0002'",
        ("I-6", "lacks number 2"),
    ),
    "a receipt disappears with its application": (
        "DELETE FROM billing_paymentapplication; DELETE FROM billing_payment",
        ("I-6", "The series R lacks number 1"),
    ),
    "a number was never counted": (
        "UPDATE billing_counter SET last = 1 WHERE series = 'INV-2026'",
        ("I-6", "was never counted to 2"),
    ),
    "a line is changed": (
        "UPDATE billing_invoiceline SET amount = amount + 1",
        ("I-6", "has 1 lines over 150.01, not 1 over 150.00"),
    ),
    "a line is moved to another client's invoice": (
        "UPDATE billing_invoiceline AS line SET position = 2, invoice_id = (SELECT id FROM"
        " billing_invoice WHERE number = 'INV-2026-0002') FROM billing_invoice AS invoice"
        " WHERE invoice.id = line.invoice_id AND number = 'INV-2026-0001'",
        ("I-12", "bills another client's session"),
    ),
    "an application is raised": (
        "UPDATE billing_paymentapplication SET amount = 150000",
        ("I-4", "1,400.00 more is used of receipt R-00001 than it holds"),
    ),
    "a payment is handed to another client": (
        "UPDATE billing_payment AS payment SET client_id = (SELECT client_id FROM billing_invoice"
        " WHERE client_id <> payment.client_id)",
        ("I-4", "pays another client's invoice"),
    ),
    "an invoice is backdated": (
        "UPDATE billing_invoice SET issued_on = issued_on - 30 WHERE number = 'INV-2026-0001'",
        ("I-3", "INV-2026-0001 is not posted as issued"),
    ),
    "a payment is dated otherwise": (
        "UPDATE billing_payment SET received_on = received_on - 1",
        ("I-3", "R-00001 is not posted as taken"),
    ),
    "an application is dated otherwise": (
        "UPDATE billing_paymentapplication SET applied_on = applied_on + 1",
        ("I-3", "is applied otherwise than posted"),
    ),
    "money pays before it came": (
        "WITH moved AS (UPDATE ledger_journalentry SET entry_date = entry_date - 1"
        " WHERE source LIKE 'application:%' RETURNING id) UPDATE ledger_posting"
        " SET entry_date = entry_date - 1 WHERE entry_id IN (SELECT id FROM moved)",
        ("I-4", "R-00001 holds less than nothing on 2026-03-02"),
    ),
    "an application disappears": (
        "DELETE FROM billing_paymentapplication",
        ("I-3", "is not what is left of an invoice"),
    ),
}

MENDED = {
    "a payment that was taken back stands again": (
        "DELETE FROM billing_paymenttakenback",
        ("I-5", "R-00002 is taken back in one place and not in the other"),
    ),
    "a refund disappears": (
        "DELETE FROM billing_refundtakenback; DELETE FROM billing_refundpaid;"
        " DELETE FROM billing_refund",
        ("I-6", "The series RF lacks number 1"),
    ),
    "a refund is raised": (
        "UPDATE billing_refund SET amount = amount + 1",
        ("I-3", "RF-00001 is not posted as refunded"),
    ),
    "a refund that was taken back counts again": (
        "DELETE FROM billing_refundtakenback",
        ("I-5", "RF-00001 is taken back in one place and not in the other"),
    ),
    "a write-off is raised": (
        "UPDATE billing_writeoff SET amount = amount + 1",
        ("I-3", "WO-00001 is not posted as written off"),
    ),
    "a void invoice stands again": (
        "DELETE FROM billing_invoicevoided",
        ("I-5", "INV-2026-0004 is taken back in one place and not in the other"),
    ),
    "a session is billed on two invoices": (
        "DELETE FROM billing_invoicevoided",
        ("I-4", "stands on more than one invoice"),
    ),
    "what was taken off counts again": (
        "DELETE FROM billing_applicationtakenback",
        ("I-5", "R-00003 is taken back in one place and not in the other"),
    ),
}


@pytest.fixture
def mended(paid: Billed) -> Billed:
    """Of the second client's money, some was put right too."""
    with practice_scope(paid.house.id):
        by = paid.house.people["front-desk"]
        twice = at.cash(paid.other, by, "10.00", keep_rest=True)
        money.corrected(twice, by, reason=Reason.TWICE)
        money.unapplied(at.cash(paid.other, by, "10.00"), by)
        money.put_right(paid.other, by, paid.house.people["accountant"])
        wrong = at.invoice(paid.other, by)
        money.voided(wrong, by, again=[line.session for line in wrong.lines.all()])
    return paid


@pytest.fixture
def paid(billed: Billed) -> Billed:
    """100.00 of the first client's invoice is paid."""
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "100.00")
    return billed


def found(billed: Billed) -> list[Finding]:
    with practice_scope(billed.house.id):
        return list(integrity.findings())


def test_sound_rows_have_no_findings(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)
    at.cash(amara, desk, "200.00", keep_rest=True)

    assert list(integrity.findings()) == []


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(paid: Billed, tampering: str) -> None:
    statements, (invariant, told) = TAMPERINGS[tampering]

    raw.as_owner_unguarded(*statements.split(";"))

    assert any(each.invariant == invariant and told in each.sentence for each in found(paid)), (
        found(paid)
    )


@pytest.mark.commits
@pytest.mark.parametrize("tampering", MENDED)
def test_what_was_put_right_and_tampered_with_is_named(mended: Billed, tampering: str) -> None:
    statements, (invariant, told) = MENDED[tampering]
    assert found(mended) == []

    raw.as_owner_unguarded(*statements.split(";"))

    assert any(each.invariant == invariant and told in each.sentence for each in found(mended)), (
        found(mended)
    )


@pytest.mark.commits
def test_verify_ledger_tells_it(paid: Billed, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_ledger")
    raw.as_owner_unguarded("DELETE FROM billing_paymentapplication")

    with pytest.raises(CommandError):
        call_command("verify_ledger")

    assert "I-3 does not hold" in capsys.readouterr().err
