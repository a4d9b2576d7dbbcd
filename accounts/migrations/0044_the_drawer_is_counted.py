"""The right to count the drawer, for the desk and those who keep the books."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0043_money_goes_back")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "drawer_count",
            "Count the drawer and take deposits to the bank",
            roles=(
                "accountant",
                "front-desk",
            ),
        ),
    ]
