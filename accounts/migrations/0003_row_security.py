"""Row security, composite keys and grants of accounts' and audit's tables, and the doors."""

from django.db import migrations

from accounts.row_security import gate_table, tenant_table
from audit.sql import run_sql_file

GATE_TABLES = (
    "accounts_user",
    "accounts_totpdevice",
    "accounts_recoverycode",
    "accounts_signinticket",
    "accounts_signintry",
    "accounts_signinsession",
)

AUDIT_TABLES = {
    "audit_event": "SELECT",
    "audit_head": "SELECT",
    "audit_touch": "SELECT",
    "audit_checkpoint": "SELECT, INSERT",
    "audit_value": "SELECT, UPDATE (ciphertext, key_version)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_initial"),
        ("audit", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        run_sql_file(__file__, "practice.sql"),
        tenant_table(
            "accounts_membership",
            may="SELECT, INSERT, UPDATE",
            keys={"ended_by_id": "accounts_membership"},
        ),
        tenant_table("accounts_role", may="SELECT, INSERT, UPDATE"),
        tenant_table(
            "accounts_rolegrant",
            may="SELECT, INSERT, UPDATE",
            keys={
                "member_id": "accounts_membership",
                "role_id": "accounts_role",
                "granted_by_id": "accounts_membership",
                "withdrawn_by_id": "accounts_membership",
            },
        ),
        tenant_table("accounts_datakey", may="SELECT, INSERT", of_practice=False),
        *(
            tenant_table(table, may=may, of_practice=False, identity=False)
            for table, may in AUDIT_TABLES.items()
        ),
        *(gate_table(table) for table in GATE_TABLES),
        run_sql_file(__file__, "roles.sql"),
        run_sql_file(__file__, "../doors.sql"),
    ]
