"""The right to hand out everything held about a client, for the practices that exist too."""

from django.db import migrations

from accounts.permissions import WORDS
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0025_merges_for_standing_practices")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        run_sql_file(__file__),
    ]
