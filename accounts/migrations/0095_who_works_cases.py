"""The right to work the cases that the log raises, for administrators."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0094_alerts_raise_cases")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        migrations.RunSQL(
            "UPDATE auth_permission SET name = 'Read the log, and the cases that it raises'"
            " WHERE codename = 'log_view';",
            migrations.RunSQL.noop,
        ),
        give_right(
            "alert_work",
            "Take on and close the cases that the log raises",
            roles=("administrator",),
        ),
    ]
