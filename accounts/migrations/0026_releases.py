"""The right to hand out everything held about a client, for the practices that exist too."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0025_merges_for_standing_practices")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "record_release", "Hand out everything held about a client", roles=("therapist",)
        ),
    ]
