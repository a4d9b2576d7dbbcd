"""The right to end packages, for those who give money back; whoever sets fees sets their terms."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0061_rights_of_estimates")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "package_end",
            "End packages: give unused sessions back, or let them expire",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
    ]
