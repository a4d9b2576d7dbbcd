"""The right to give credit to another client."""

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
            "Give credit of one client to another, up to the limit of refunds",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
    ]
