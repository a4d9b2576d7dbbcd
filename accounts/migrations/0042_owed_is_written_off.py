"""The right to write off what clients owe, for those who keep the books."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0041_invoices_are_voided")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "write_off_record",
            "Write off what clients owe, up to a limit",
            roles=("accountant",),
        ),
    ]
