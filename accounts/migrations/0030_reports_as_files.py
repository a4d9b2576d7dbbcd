"""The right to keep runs of reports and to take them away, for the practices that exist too."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0029_months_are_closed_and_reopened")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "report_export",
            "Keep runs of reports, and take them away as files",
            roles=("accountant", "auditor"),
        ),
    ]
