"""The rights of insurance, diagnoses, consents and fees, for the practices that exist too."""

from django.db import migrations

from accounts.permissions import WORDS
from audit.sql import run_sql_file

NAMED = [(permission.codename, words) for permission, (_, words) in WORDS.items()]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_merges")]
    operations = [
        migrations.AlterModelOptions(
            name="role", options={"default_permissions": (), "permissions": NAMED}
        ),
        run_sql_file(__file__),
    ]
