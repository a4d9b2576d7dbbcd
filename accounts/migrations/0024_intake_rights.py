"""Rights of what comes in from other systems, and the built-in roles of practices that exist."""

from django.db import migrations

from accounts.permissions import WORDS
from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_api_token_doors")]
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
