"""Row security and keys of emergency access, and the key of covers."""

from django.db import migrations

from accounts.row_security import tenant_table

MEMBERSHIP = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [("clients", "0003_emergency"), ("accounts", "0005_access_row_security")]
    operations = [
        tenant_table(
            "clients_emergencyaccess",
            may="SELECT, INSERT, UPDATE (finding, reviewed_at, reviewed_by_id)",
            keys={
                "client_id": "clients_client",
                "member_id": MEMBERSHIP,
                "reviewed_by_id": MEMBERSHIP,
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE clients_assignment"
                " ADD CONSTRAINT clients_assignment_covers_for_id_same_practice"
                " FOREIGN KEY (practice_id, covers_for_id)"
                " REFERENCES accounts_membership (practice_id, id) NOT DEFERRABLE",
                "CREATE INDEX clients_assignment_covers_for_id_key"
                " ON clients_assignment (practice_id, covers_for_id)",
            ],
            [
                "DROP INDEX clients_assignment_covers_for_id_key",
                "ALTER TABLE clients_assignment"
                " DROP CONSTRAINT clients_assignment_covers_for_id_same_practice",
            ],
        ),
    ]
