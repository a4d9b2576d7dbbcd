"""The right to merge two records of one client. No role of a standing practice gets it by itself."""

from django.db import migrations

from accounts.permissions import WORDS


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_records_are_changed")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
    ]
