"""Row security, keys, grants and doors of the tables of access; rules for practices that exist."""

from django.db import migrations

from accounts.row_security import gate_table, tenant_table
from audit.sql import run_sql_file

MEMBERSHIP = "accounts_membership"
ROLE = "accounts_role"

GATE_TABLES = (
    "accounts_pastpassword",
    "accounts_passwordreset",
    "accounts_passkey",
    "accounts_passkeychallenge",
    "accounts_knowndevice",
    "accounts_sprayalarm",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_access")]
    operations = [
        *(gate_table(table) for table in GATE_TABLES),
        migrations.RunSQL(
            "GRANT SELECT ON accounts_breachedpassword TO gate, backup",
            "REVOKE ALL ON accounts_breachedpassword FROM gate, backup",
        ),
        tenant_table(
            "accounts_securitypolicy",
            may="SELECT, INSERT, UPDATE",
            keys={"changed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_networkrange",
            may="SELECT, INSERT, UPDATE (removed_at, removed_by_id)",
            keys={"added_by_id": MEMBERSHIP, "removed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_invitation",
            may="SELECT, INSERT, UPDATE (accepted_at, accepted_by_id, revoked_at, revoked_by_id)",
            keys={
                "role_id": ROLE,
                "invited_by_id": MEMBERSHIP,
                "accepted_by_id": MEMBERSHIP,
                "revoked_by_id": MEMBERSHIP,
            },
        ),
        tenant_table(
            "accounts_accessreview",
            may="SELECT, INSERT, UPDATE (closed_at, closed_by_id)",
            keys={"closed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_accessreviewitem",
            may="SELECT, INSERT, UPDATE (decision, decided_at, decided_by_id)",
            keys={
                "review_id": "accounts_accessreview",
                "grant_id": "accounts_rolegrant",
                "decided_by_id": MEMBERSHIP,
            },
        ),
        tenant_table(
            "accounts_approvallimit",
            may="SELECT, INSERT, UPDATE (limit_cents, changed_at, changed_by_id)",
            keys={"role_id": ROLE, "changed_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_approval",
            may="SELECT, INSERT, UPDATE (decision, decided_at, decided_by_id, spent_at)",
            keys={"asked_by_id": MEMBERSHIP, "decided_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_draft",
            may="SELECT, INSERT, UPDATE (fields, saved_at)",
            keys={"member_id": MEMBERSHIP},
        ),
        tenant_table("accounts_outgoingmail", may="SELECT, INSERT, UPDATE", of_practice=False),
        run_sql_file(__file__, "access.sql"),
    ]
