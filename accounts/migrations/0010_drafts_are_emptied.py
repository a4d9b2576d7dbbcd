"""What was typed goes without its row: a draft is emptied, and its row serves another page."""

from django.db import migrations

import accounts.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_last_administrator")]
    operations = [
        migrations.AlterField(
            model_name="draft",
            name="fields",
            field=accounts.fields.EncryptedJSON(
                db_comment="Form → name → values, as typed; null once it was sent or thrown away.",
                null=True,
            ),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (path) ON accounts_draft TO app",
            "REVOKE UPDATE (path) ON accounts_draft FROM app",
        ),
    ]
