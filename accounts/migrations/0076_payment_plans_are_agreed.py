"""The right to agree payment plans, for the desk and for accountants."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0075_who_corrects_records_returned_checks")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "payment_plan_agree",
            "Agree payment plans, and take them back",
            roles=("front-desk", "accountant"),
        ),
    ]
