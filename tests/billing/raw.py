"""Going round Python: rows written by plain SQL, as the app role or as the tables' owner."""

from datetime import date
from uuid import UUID

from django.apps import apps
from django.db import connections, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from billing.models import Invoice, Payment, Session
from tests.billing.desk import NOW, TODAY
from tests.ledger.raw import check_as_at_commit as check_as_at_commit
from tests.ledger.raw import committing as committing
from tests.ledger.raw import execute as execute


def insert_application(payment: Payment, invoice: Invoice, cents: int, by: Membership) -> None:
    """Insert an application with the payment's own entry, posted or not."""
    execute(
        "INSERT INTO billing_paymentapplication"
        " (id, payment_id, invoice_id, amount, entry_id, applied_on, applied_at, applied_by_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        *(uuid7(), payment.pk, invoice.pk, cents, payment.entry_id, TODAY, NOW, by.pk),
    )


def insert_invoice(like: Invoice, *, client: UUID, total: int, lines: int, entry: UUID) -> UUID:
    """Insert another invoice dated as one that stands, and return its id."""
    pk = uuid7()
    execute(
        "INSERT INTO billing_invoice (id, number, client_id, issued_on, due_on, total, line_count,"
        " entry_id, issued_at, issued_by_id) VALUES (%s, 'INV-2026-9999', %s, %s, %s, %s, %s, %s,"
        " %s, %s)",
        *(pk, client, like.issued_on, like.due_on, total, lines, entry, NOW, like.issued_by_id),
    )
    return pk


def insert_line(
    invoice: UUID, session: Session, cents: int, position: int = 1, turn: int = 1
) -> None:
    execute(
        "INSERT INTO billing_invoiceline (id, invoice_id, session_id, service_code_id, position,"
        " turn, served_on, minutes, amount, description_commitment)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 45, %s, '')",
        *(uuid7(), invoice, session.pk, session.service_code_id, position, turn, TODAY, cents),
    )


def insert_void(invoice: Invoice, entry: UUID, on: date, by: Membership) -> None:
    execute(
        "INSERT INTO billing_invoicevoided"
        " (id, invoice_id, reason, voided_on, key, entry_id, voided_at, voided_by_id)"
        " VALUES (%s, %s, 'SESSIONS', %s, %s, %s, %s, %s)",
        *(uuid7(), invoice.pk, on, uuid7(), entry, NOW, by.pk),
    )


def as_owner_unguarded(*statements: str) -> None:
    """Run statements as the tables' owner, with billing's triggers and row security off."""
    tables = [
        model._meta.db_table
        for app in ("billing", "ledger")
        for model in apps.get_app_config(app).get_models()
    ]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for statement in statements:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
