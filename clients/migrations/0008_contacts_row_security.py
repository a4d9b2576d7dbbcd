"""Row security and composite keys of contacts and addresses."""

from django.db import migrations

from accounts.row_security import tenant_table

CLIENT, MEMBERSHIP = "clients_client", "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [("clients", "0007_a_person_in_full"), ("accounts", "0003_row_security")]
    operations = [
        tenant_table(
            "clients_contact",
            may="SELECT, INSERT, UPDATE (number_or_address, label, may_leave_message, is_discreet,"
            " place, version, ended_at, ended_by_id)",
            keys={"client_id": CLIENT, "added_by_id": MEMBERSHIP, "ended_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "clients_address",
            may="SELECT, INSERT, UPDATE (purpose, street, city, region, postal_code, country,"
            " starts_on, ends_on, version)",
            keys={"client_id": CLIENT, "added_by_id": MEMBERSHIP},
        ),
    ]
