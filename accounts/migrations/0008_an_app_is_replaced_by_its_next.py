"""An authenticator app keeps working until the one that replaces it has shown its first code."""

from django.db import migrations

import accounts.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_passwords")]
    operations = [
        migrations.AddField(
            model_name="totpdevice",
            name="next_secret",
            field=accounts.fields.EncryptedText(installation=True, max_chars=64, null=True),
        ),
    ]
