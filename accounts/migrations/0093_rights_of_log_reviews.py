"""The right to review the log each week, for administrators."""

from django.db import migrations

from accounts.role_rights import give_right


class Migration(migrations.Migration):
    dependencies = [("accounts", "0092_the_log_is_reviewed")]
    operations = [
        give_right(
            "log_review",
            "Review the log each week, and sign it off",
            roles=("administrator",),
        ),
    ]
