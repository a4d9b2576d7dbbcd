"""Row security, composite keys and grants of billing's tables, and the guards of its money."""

from django.db import migrations

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

CLIENT = "clients_client"
MEMBER = "accounts_membership"
ENTRY = "ledger_journalentry"
ONCE_WRITTEN = "SELECT, INSERT"

APPEND_ONLY = {
    "billing_servicefee": {"service_code_id": "billing_servicecode", "set_by_id": MEMBER},
    "billing_session": {
        "client_id": CLIENT,
        "therapist_id": MEMBER,
        "service_code_id": "billing_servicecode",
        "recorded_by_id": MEMBER,
    },
    "billing_invoice": {"client_id": CLIENT, "entry_id": ENTRY, "issued_by_id": MEMBER},
    "billing_invoiceline": {
        "invoice_id": "billing_invoice",
        "session_id": "billing_session",
        "service_code_id": "billing_servicecode",
    },
    "billing_payment": {"client_id": CLIENT, "entry_id": ENTRY, "recorded_by_id": MEMBER},
    "billing_paymentapplication": {
        "payment_id": "billing_payment",
        "invoice_id": "billing_invoice",
        "entry_id": ENTRY,
        "applied_by_id": MEMBER,
    },
    "billing_document": {"invoice_id": "billing_invoice", "made_by_id": MEMBER},
}


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [
        tenant_table("billing_counter", may="SELECT, INSERT, UPDATE (last)"),
        tenant_table("billing_servicecode", may=ONCE_WRITTEN, keys={"added_by_id": MEMBER}),
        *(
            operation
            for table, keys in APPEND_ONLY.items()
            for operation in (tenant_table(table, may=ONCE_WRITTEN, keys=keys), append_only(table))
        ),
        tenant_table(
            "billing_invoicelinetext",
            may="SELECT, INSERT, UPDATE (description)",
            keys={"line_id": "billing_invoiceline"},
        ),
        tenant_table(
            "billing_documentbody",
            may="SELECT, INSERT, UPDATE (body)",
            keys={"document_id": "billing_document"},
        ),
        tenant_table(
            "billing_stripeaccount",
            may="SELECT, INSERT, UPDATE",
            keys={"connected_by_id": MEMBER},
        ),
        tenant_table(
            "billing_webhookendpoint",
            may="SELECT, INSERT, UPDATE",
            keys={"opened_by_id": MEMBER},
        ),
        tenant_table(
            "billing_webhookevent",
            may="SELECT, INSERT, UPDATE (processed_at, outcome, body)",
            keys={"endpoint_id": "billing_webhookendpoint"},
        ),
        tenant_table(
            "billing_cardintent",
            may="SELECT, INSERT, UPDATE (state, checkout_id, request_hash, payment_id)",
            keys={
                "invoice_id": "billing_invoice",
                "payment_id": "billing_payment",
                "created_by_id": MEMBER,
            },
        ),
        run_sql_file(__file__, "../doors.sql"),
        run_sql_file(__file__),
    ]
