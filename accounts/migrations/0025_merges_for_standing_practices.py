"""The right to merge two records of one client, for the practices that were there before it."""

from django.db import migrations

from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_intake_rights")]
    operations = [
        give_right(
            "client_merge",
            "Merge two records of one client, always two people",
            roles=("accountant", "front-desk"),
        )
    ]
