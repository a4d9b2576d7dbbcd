"""Row security, composite keys and grants of the clients' tables."""

from django.db import migrations

from accounts.row_security import tenant_table

MEMBERSHIP = "accounts_membership"
CLIENT = "clients_client"


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
        ("accounts", "0003_row_security"),
    ]
    operations = [
        tenant_table("clients_codecounter", may="SELECT, INSERT, UPDATE (last)"),
        tenant_table(CLIENT, may="SELECT, INSERT, UPDATE", keys={"created_by_id": MEMBERSHIP}),
        tenant_table(
            "clients_assignment",
            may="SELECT, INSERT, UPDATE (ends_on, ended_at, ended_by_id)",
            keys={
                "client_id": CLIENT,
                "therapist_id": MEMBERSHIP,
                "assigned_by_id": MEMBERSHIP,
                "ended_by_id": MEMBERSHIP,
            },
        ),
        tenant_table(
            "clients_coverage",
            may="SELECT, INSERT, UPDATE",
            keys={"client_id": CLIENT, "added_by_id": MEMBERSHIP},
        ),
        tenant_table("clients_externalrecord", may="SELECT, INSERT", keys={"client_id": CLIENT}),
    ]
