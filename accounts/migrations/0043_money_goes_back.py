"""The right to give money back, for the desk and those who keep the books."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0042_owed_is_written_off")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "refund_record",
            "Give money back to clients, up to a limit",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
    ]
