"""Row security of tokens for programs, their door, and the right to make them."""

from django.db import migrations

from accounts.row_security import tenant_table
from audit.sql import run_sql_file

MEMBERSHIP = "accounts_membership"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0022_api_tokens"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        tenant_table(
            "accounts_apitoken",
            may="SELECT, INSERT, UPDATE (last_used_at, revoked_at, revoked_by_id)",
            keys={"made_by_id": MEMBERSHIP, "revoked_by_id": MEMBERSHIP},
        ),
        tenant_table(
            "accounts_apiwrite",
            may="SELECT, INSERT, UPDATE (answer)",
            keys={"token_id": "accounts_apitoken"},
        ),
        run_sql_file(__file__),
    ]
