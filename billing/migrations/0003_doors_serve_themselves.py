"""The doors' policies are of the doors' functions alone.

The owner is a member of the role doors, so a policy TO doors holds for the owner too, who saw all
practices' rows of these tables.
"""

from django.db import migrations

TABLES = (
    "accounts_invitation",
    "accounts_membership",
    "accounts_practice",
    "billing_webhookendpoint",
)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_guarded_billing"),
        ("accounts", "0005_access_row_security"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY doors ON {table} USING (current_user = 'doors')",
            f"ALTER POLICY doors ON {table} USING (true)",
        )
        for table in TABLES
    ]
