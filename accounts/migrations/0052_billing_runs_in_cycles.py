"""The rights to set how often clients are billed, and to let the billing run."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0044_the_drawer_is_counted")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "billing_cycle_change",
            "Set how often clients are billed",
            roles=("accountant", "administrator", "front-desk"),
        ),
        give_right(
            "billing_run",
            "See what the next billing invoices, and run it",
            roles=("accountant", "front-desk"),
        ),
    ]
