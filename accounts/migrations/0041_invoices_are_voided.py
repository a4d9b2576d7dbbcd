"""The right to void invoices, for those who issue them and those who keep the books."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0040_payments_are_corrected")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "invoice_void",
            "Void invoices, so that they are not owed",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
    ]
