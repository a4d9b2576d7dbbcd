"""The right to give credit to another client; who corrects payments records returned checks."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0072_rights_of_superbills")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "credit_transfer",
            "Give a client''s credit to another client, up to the limit of refunds",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
        migrations.RunSQL(
            "UPDATE auth_permission SET name = 'Correct payments, take money off invoices, and"
            " record checks that came back' WHERE codename = 'payment_correct'",
            migrations.RunSQL.noop,
        ),
    ]
