"""Row security and composite keys of the ledger's tables, and the guards of the books."""

from django.db import migrations

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

MEMBERSHIP = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("accounts", "0003_row_security"),
    ]
    operations = [
        tenant_table("ledger_account", may="SELECT, INSERT, UPDATE (code, name)"),
        tenant_table(
            "ledger_journalentry",
            may="SELECT, INSERT",
            keys={"posted_by_id": MEMBERSHIP, "reverses_id": "ledger_journalentry"},
        ),
        tenant_table(
            "ledger_posting",
            may="SELECT, INSERT",
            keys={"entry_id": "ledger_journalentry", "account_id": "ledger_account"},
        ),
        tenant_table("ledger_period", may="SELECT, INSERT"),
        tenant_table(
            "ledger_periodclose",
            may="SELECT, INSERT",
            keys={"period_id": "ledger_period", "closed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "ledger_periodreopen",
            may="SELECT, INSERT",
            keys={"close_id": "ledger_periodclose", "reopened_by_id": MEMBERSHIP},
        ),
        append_only("ledger_journalentry"),
        append_only("ledger_posting"),
        append_only("ledger_period"),
        append_only("ledger_periodclose"),
        append_only("ledger_periodreopen"),
        run_sql_file(__file__),
    ]
