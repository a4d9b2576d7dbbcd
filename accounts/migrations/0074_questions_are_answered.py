"""The right to answer what clients say of their invoices, for the desk and for accountants."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0073_credit_goes_to_other_clients")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "question_answer",
            "Answer what clients say of their invoices by pay links",
            roles=("front-desk", "accountant"),
        ),
    ]
