"""The right to make pay links, for the desk."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0054_letters_to_clients")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "pay_link_make",
            "Send clients links to pay by card, and withdraw them",
            roles=("front-desk",),
        ),
    ]
