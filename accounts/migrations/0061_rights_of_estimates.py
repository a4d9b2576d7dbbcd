"""The rights to make estimates, and to say what documents name."""

from django.db import migrations

from accounts.permissions import WORDS
from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0060_particulars")]
    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "particulars_change",
            "Set the address, tax number and NPIs that documents name",
            roles=("administrator",),
        ),
        give_right(
            "estimate_make",
            "Make good faith estimates, and note that they were given",
            roles=("front-desk", "therapist"),
        ),
    ]
