"""What the database itself refuses, each tried by plain SQL that goes round every service."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Counter, DocumentBody, Invoice, InvoiceLineText, Session
from billing.services import documents
from clients.models import Client
from tests.billing import (
    checks,
    cycling,
    grouping,
    hours,
    money,
    moving,
    planning,
    post,
    raw,
    splitting,
    superbilling,
)
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing.conftest import Billed
from tests.houses import House

APPEND_ONLY = [
    "billing_appointment",
    "billing_appointmentoutcome",
    "billing_appointmentseries",
    "billing_group",
    "billing_grouphour",
    "billing_groupmember",
    "billing_groupmemberleft",
    "billing_missedfee",
    "billing_missedpolicy",
    "billing_notbilled",
    "billing_notbilledtakenback",
    "billing_outcometakenback",
    "billing_servicefee",
    "billing_session",
    "billing_invoice",
    "billing_invoiceline",
    "billing_payment",
    "billing_paymentapplication",
    "billing_applicationtakenback",
    "billing_paymenttakenback",
    "billing_returnedcheck",
    "billing_credittransfer",
    "billing_splitbilling",
    "billing_invoicevoided",
    "billing_billingcycle",
    "billing_drawercount",
    "billing_deposit",
    "billing_deposittakenback",
    "billing_refund",
    "billing_refundpaid",
    "billing_refundtakenback",
    "billing_writeoff",
    "billing_writeofftakenback",
    "billing_document",
    "billing_accountstatement",
    "billing_statementrecord",
    "billing_estimate",
    "billing_estimateitem",
    "billing_estimatenote",
    "billing_estimaterequest",
    "billing_estimateoverrun",
    "billing_superbill",
    "billing_superbillline",
    "billing_superbillrule",
    "billing_paymentplan",
    "billing_planinvoice",
    "billing_planinstallment",
    "billing_paymentplantakenback",
    "billing_letterwording",
    "billing_letter",
    "billing_lettercameback",
    "billing_letterhold",
    "billing_letterholdended",
    "billing_reminderpolicy",
    "billing_reminderstep",
    "billing_reminder",
]
COMPANIONS = [
    "billing_invoicelinetext",
    "billing_documentbody",
    "billing_estimatetext",
    "billing_superbilltext",
    "billing_paymentplantext",
    "billing_superbillgiven",
]
GRANTED: dict[str, set[str]] = {
    **{table: set() for table in APPEND_ONLY},
    "billing_servicecode": {"label"},
    "billing_counter": {"last"},
    "billing_invoicelinetext": {"description"},
    "billing_documentbody": {"body"},
    "billing_estimatetext": {"said"},
    "billing_superbilltext": {"said"},
    "billing_paymentplantext": {"said"},
    "billing_superbillgiven": {"recipient"},
}


@pytest.fixture
def everything(desk: Membership, amara: Client) -> Invoice:
    """One row in each append-only table."""
    invoice = at.invoice(amara, desk)
    at.cash(amara, desk, "150.00")
    documents.render(invoice, now=at.NOW, by=desk)
    at.statement(amara, desk)
    return invoice


@pytest.mark.parametrize("table", GRANTED)
def test_the_app_role_may_add_and_change_nothing_but(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('app', %s, 'SELECT, INSERT'),"
            " has_table_privilege('app', %s, 'UPDATE, DELETE, TRUNCATE')",
            [table, table],
        )
        assert cursor.fetchone() == (True, False)
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND has_column_privilege('app', attrelid, attnum, 'UPDATE')",
            [table],
        )
        assert {name for (name,) in cursor.fetchall()} == GRANTED[table]


@pytest.mark.commits
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_changes_what_was_written(billed: Billed, statement: str) -> None:
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        at.cash(billed.own, by, "150.00")
        hours.history(billed.own, by)
        grouping.history(billed.own, by)
        cycling.history(billed.own, by)
        money.drawer_used(by)
        checks.sent_back(billed.own, by)
        moving.moved(money.kept(billed.own, by, "4.00"), billed.other, by, "4.00")
        money.put_right(billed.other, by, billed.house.people["accountant"])
        documents.render(billed.own_invoice, now=at.NOW, by=by)
        at.statement(billed.own, by)
        an.history(billed.own, by)
        superbilling.history(billed.own, by, billed.house.people["accountant"])
        planning.history(billed.own, by)
        post.post_used(billed.own, by)
        splitting.two_parents(billed.own, by)
        splitting.billed([at.session(billed.own, by)], by)

    for table in [*APPEND_ONLY, *COMPANIONS]:
        with (
            pytest.raises(IntegrityError, match=f"{table} is append-only"),
            transaction.atomic(using="owner"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(statement.format(f"{table}{' CASCADE' * ('TRUNC' in statement)}"))


def test_of_a_companion_only_the_ciphertext_changes(everything: Invoice) -> None:
    for model, column in ((InvoiceLineText, "description"), (DocumentBody, "body")):
        row = model._default_manager.get()
        again = getattr(row, column)
        setattr(row, column, again)
        row.save(update_fields=[column])

        assert getattr(model._default_manager.get(), column) == again


def test_an_invoice_without_its_lines_is_refused_at_commit(desk: Membership, amara: Client) -> None:
    like = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")

    with pytest.raises(IntegrityError, match="has 0 lines over 0 cents"), raw.committing():
        raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=payment.entry_id)


def test_an_invoice_that_is_not_the_sum_of_its_lines_is_refused_at_commit(
    desk: Membership, amara: Client
) -> None:
    like, session = at.invoice(amara, desk), at.session(amara, desk)
    entry = at.cash(amara, desk, "150.00").entry_id

    with pytest.raises(IntegrityError, match="1 lines over 99 cents, not 1 over"), raw.committing():
        invoice = raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=entry)
        raw.insert_line(invoice, session, 99)


def test_no_line_joins_an_invoice_that_was_issued(desk: Membership, amara: Client) -> None:
    invoice, session = at.invoice(amara, desk), at.session(amara, desk, dollars="0.00")

    with pytest.raises(IntegrityError, match="has 2 lines"), raw.committing():
        raw.insert_line(invoice.pk, session, 0, position=2)


def test_an_invoice_bills_its_own_clients_sessions(desk: Membership, amara: Client) -> None:
    like, other = at.invoice(amara, desk), at.client(desk, "Whitfield")
    session = at.session(other, desk)
    entry = at.cash(amara, desk, "150.00").entry_id

    with pytest.raises(IntegrityError, match="another client's session"), raw.committing():
        invoice = raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=entry)
        raw.insert_line(invoice, session, 100)


def test_an_invoice_is_refused_when_the_context_is_dropped_before_the_commit(
    desk: Membership, amara: Client
) -> None:
    """A guard that sees no rows must not take that for a whole invoice."""
    like, entry = at.invoice(amara, desk), at.cash(amara, desk, "150.00").entry_id
    raw.check_as_at_commit()

    with pytest.raises(IntegrityError, match="has 0 lines"), raw.committing():
        raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=entry)
        raw.execute("SELECT set_config('app.context', '', true)")


def test_a_session_stands_on_one_line(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="session_billed_once"), raw.committing():
        raw.insert_line(invoice.pk, Session.objects.get(), 0, position=2)


def test_no_more_is_applied_than_the_payment_holds(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk, dollars="40.00")
    payment = at.cash(amara, desk, "40.00")
    other = at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="than receipt R-00001 holds"), raw.committing():
        raw.insert_application(payment, other, 1, desk)


def test_no_more_is_applied_than_the_invoice_is_over(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "200.00", keep_rest=True)

    with (
        pytest.raises(IntegrityError, match="than invoice INV-2026-0001 is over"),
        raw.committing(),
    ):
        raw.insert_application(payment, invoice, 1, desk)


def test_a_payment_pays_no_other_clients_invoice(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(at.client(desk, "Whitfield"), desk)
    payment = at.cash(amara, desk, "50.00", keep_rest=True)

    with pytest.raises(IntegrityError, match="another client's invoice"), raw.committing():
        raw.insert_application(payment, invoice, 1, desk)


@pytest.mark.parametrize("to", ["last", "last - 1", "0"])
def test_a_series_counts_up_only(desk: Membership, amara: Client, to: str) -> None:
    at.invoice(amara, desk)

    with pytest.raises(IntegrityError, match="INV-2026 counts up only"), transaction.atomic():
        raw.execute(f"UPDATE billing_counter SET last = {to} WHERE series = 'INV-2026'")


def test_a_series_exists_once(desk: Membership) -> None:
    Counter.objects.create(series="R", last=0)

    with pytest.raises(IntegrityError, match="billing_counter_series_once"), transaction.atomic():
        Counter.objects.create(series="R", last=0)


def test_a_number_stands_once(desk: Membership, amara: Client) -> None:
    like, entry = at.invoice(amara, desk), at.cash(amara, desk, "150.00").entry_id
    raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=entry)

    with pytest.raises(IntegrityError, match="billing_invoice_number_once"), transaction.atomic():
        raw.insert_invoice(like, client=amara.pk, total=100, lines=1, entry=entry)


def test_another_practices_client_is_refused_like_one_that_is_not_there(
    billed: Billed, other_practice: House
) -> None:
    by = other_practice.people["front-desk"]
    with practice_scope(other_practice.id, person_id=by.person_id):
        at.open_books(by)
        for client in (billed.own, Client()):
            with (
                pytest.raises(DatabaseError, match="billing_session_client_id_same_practice"),
                transaction.atomic(),
            ):
                at.session(client, by, on=date(2026, 2, 17))
