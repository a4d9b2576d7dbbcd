"""What no invoice will hold, and the guards round the list of what waits."""

from uuid import UUID

import pytest
from django.db import IntegrityError

from accounts.models import Approval, Membership
from accounts.services import approvals
from billing.models import (
    AppointmentOutcome,
    InvoiceLine,
    NotBilled,
    NotBilledTakenBack,
    Session,
)
from billing.selectors import integrity, unbilled
from billing.services import invoices, not_billed, outcomes
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one


def waiting(client: Client) -> int:
    return unbilled.of_clients([client.pk]).tally().count


def kept(session: Session, by: Membership, reason: str = "GOODWILL") -> NotBilled:
    row = not_billed.keep_back(hour=session, reason=reason, now=NOW, by=by)
    assert isinstance(row, NotBilled)
    return row


def test_what_is_not_billed_leaves_the_list(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    kept(session, desk)

    assert waiting(amara) == 0


def test_a_session_that_costs_nothing_leaves_it_too(desk: Membership, amara: Client) -> None:
    kept(at.session(amara, desk, dollars="0.00"), desk, "FREE")

    assert waiting(amara) == 0
    assert not Approval.objects.exists()


def test_what_is_not_billed_stands_on_no_invoice(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    kept(session, desk)

    with pytest.raises(invoices.KeptBack):
        issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)


def test_what_is_billed_is_not_kept_back(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)

    with pytest.raises(not_billed.StandsOnInvoice, match="INV-2026-0001"):
        kept(session, desk)


def test_saying_it_twice_changes_nothing(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    assert kept(session, desk) == kept(session, desk, "HARDSHIP")


def test_it_can_be_billed_after_all(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    not_billed.bill_after_all(row=kept(session, desk), now=NOW, by=desk)

    assert waiting(amara) == 1
    assert issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk).total == Money(150_00)
    assert list(integrity.findings()) == []


def test_it_is_billed_after_all_once(desk: Membership, amara: Client) -> None:
    row = kept(at.session(amara, desk), desk)
    not_billed.bill_after_all(row=row, now=NOW, by=desk)

    with pytest.raises(not_billed.NotKeptBack):
        not_billed.bill_after_all(row=row, now=NOW, by=desk)


def test_above_ones_limit_a_second_person_agrees_first(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    session = at.session(amara, desk, dollars="200.01")

    answer = not_billed.keep_back(hour=session, reason="GOODWILL", now=NOW, by=desk)
    assert isinstance(answer, not_billed.Waiting)
    assert waiting(amara) == 1
    asked = Approval.objects.get()
    approvals.decide(approval=asked, decision="APPROVED", by=accountant, now=NOW)

    kept(session, desk)
    assert waiting(amara) == 0
    assert asked.label == amara.code


def row(session: Session, by: Membership, cents: int = 150_00) -> NotBilled:
    return NotBilled.objects.create(
        session=session, reason="FREE", amount=Money(cents), decided_at=NOW, decided_by=by
    )


def test_the_database_keeps_back_nothing_that_is_billed(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)

    with pytest.raises(IntegrityError, match="stands on an invoice"):
        row(session, desk)


def test_the_database_keeps_a_thing_back_once(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    row(session, desk)

    with pytest.raises(IntegrityError, match="not billed already"):
        row(session, desk)


def test_the_database_wants_the_true_sum(desk: Membership, amara: Client) -> None:
    with pytest.raises(IntegrityError, match="15000 cents are forgone, not 1"):
        row(at.session(amara, desk), desk, cents=1)


def test_the_database_bills_nothing_that_is_kept_back(desk: Membership, amara: Client) -> None:
    like, session = at.invoice(amara, desk), at.session(amara, desk)
    row(session, desk)

    with pytest.raises(IntegrityError, match="holds what is not to be billed"):
        line(like.pk, session)


def line(invoice: UUID, session: Session) -> InvoiceLine:
    return InvoiceLine.objects.create(
        invoice_id=invoice,
        session=session,
        service_code_id=session.service_code_id,
        position=2,
        served_on=TODAY,
        minutes=45,
        amount=session.fee,
        description_commitment=b"",
    )


def test_the_database_bills_nobody_elses_missed_hour(desk: Membership, amara: Client) -> None:
    hours.policy(desk)
    other = at.client(desk, "Whitfield")
    fee = hours.missed(hours.planned(other, desk), desk).fee
    assert fee
    like = at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="another client's fee"):
        InvoiceLine.objects.create(
            invoice=like,
            missed_fee=fee,
            service_code_id=fee.service_code_id,
            position=2,
            served_on=TODAY,
            minutes=0,
            amount=fee.amount,
            description_commitment=b"",
        )


def test_the_database_wants_a_line_to_bill_one_thing(desk: Membership, amara: Client) -> None:
    hours.policy(desk)
    fee = hours.missed(hours.planned(amara, desk), desk).fee
    session = at.session(amara, desk)
    like = at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="billing_invoiceline_of_one_thing"):
        InvoiceLine.objects.create(
            invoice=like,
            session=session,
            missed_fee=fee,
            service_code_id=session.service_code_id,
            position=2,
            served_on=TODAY,
            minutes=0,
            amount=Money(1),
            description_commitment=b"",
        )


def test_the_database_lets_no_mistake_be_billed_after_all(desk: Membership, amara: Client) -> None:
    hours.held(hours.planned(amara, desk), desk)
    outcomes.take_back(outcome=AppointmentOutcome.objects.get(), now=NOW, by=desk)

    with pytest.raises(IntegrityError, match="marked by mistake"):
        NotBilledTakenBack.objects.create(
            not_billed=NotBilled.objects.get(), taken_back_at=NOW, taken_back_by=desk
        )
