"""The rights to close months and to name accounts; that a month is reopened by two people."""

from django.db import migrations, models

from accounts.permissions import WORDS
from accounts.role_rights import give_right

ACTS = [
    ("REFUND", "Refund"),
    ("WRITE_OFF", "Write-off"),
    ("MFA_RESET", "Reset of a second factor"),
    ("ADMIN", "Right to change roles"),
    ("SHRED", "Destruction of the practice's keys"),
    ("REOPEN", "Reopening of a month"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0027_a_request_enters_by_one_statement")]
    operations = [
        *(
            migrations.AlterField(
                model_name=model, name="act", field=models.CharField(choices=ACTS, max_length=9)
            )
            for model in ("approval", "approvallimit")
        ),
        migrations.AlterModelOptions(
            name="role",
            options={
                "default_permissions": (),
                "permissions": [(right.codename, words) for right, (_, words) in WORDS.items()],
            },
        ),
        give_right(
            "period_close",
            "Close months, and reopen them with a second person",
            roles=("accountant",),
        ),
        give_right(
            "period_post", "Post into months that are closed to others", roles=("accountant",)
        ),
        give_right(
            "account_change", "Name and number the accounts of the chart", roles=("accountant",)
        ),
    ]
