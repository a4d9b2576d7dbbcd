"""The right to correct payments, for those who take them."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0034_sessions_are_planned_too")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "payment_correct",
            "Correct payments, and take money off invoices",
            roles=("accountant", "front-desk"),
        ),
    ]
