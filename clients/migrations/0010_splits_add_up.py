"""Row security and keys of parties, splits and restrictions; a split adds up to the whole."""

from django.db import migrations

from accounts.row_security import append_only, tenant_table
from audit.sql import run_sql_file

CLIENT, MEMBERSHIP = "clients_client", "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_responsible_parties"), ("accounts", "0003_row_security")]
    operations = [
        tenant_table(
            "clients_responsibleparty",
            may="SELECT, INSERT, UPDATE (relation, name, phone, email, postal_address, starts_on,"
            " ends_on, version)",
            keys={"client_id": CLIENT, "added_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "clients_split",
            may="SELECT, INSERT, UPDATE (revoked_at, revoked_by_id)",
            keys={"client_id": CLIENT, "decided_by_id": MEMBERSHIP, "revoked_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "clients_splitshare",
            may="SELECT, INSERT",
            keys={"split_id": "clients_split", "party_id": "clients_responsibleparty"},
        ),
        tenant_table(
            "clients_restriction",
            may="SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
            keys={"client_id": CLIENT, "set_by_id": MEMBERSHIP, "ended_by_id": MEMBERSHIP},
        ),
        append_only("clients_splitshare"),
        run_sql_file(__file__),
    ]
