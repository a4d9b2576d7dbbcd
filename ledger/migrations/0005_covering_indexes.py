"""Indexes that hold what the reports add up, so that they need not visit the rows."""

from django.db import migrations, models

ACCOUNT = "CREATE INDEX ledger_posting_account_id_key ON ledger_posting (practice_id, account_id)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_posting")]
    operations = [
        migrations.RemoveIndex(model_name="journalentry", name="ledger_journalentry_by_date"),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(
                fields=["practice_id", "entry_date"],
                include=["id", "posted_at"],
                name="ledger_journalentry_by_date",
            ),
        ),
        migrations.RemoveIndex(model_name="posting", name="ledger_posting_by_party"),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                fields=["practice_id", "party", "account", "item"],
                include=["entry", "debit", "credit"],
                name="ledger_posting_by_party",
            ),
        ),
        # Made by tenant_table() beside its key, which it serves as before.
        migrations.RunSQL(
            "DROP INDEX ledger_posting_account_id_key;"
            f"{ACCOUNT} INCLUDE (entry_id, debit, credit, party, item)",
            f"DROP INDEX ledger_posting_account_id_key; {ACCOUNT}",
        ),
    ]
