"""A file of clients takes its codes ahead, so that nobody waits for them while it comes in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0019_releases")]
    operations = [
        migrations.AddField(
            "clientimport",
            "codes_from",
            models.BigIntegerField(
                null=True,
                db_comment="Number of the first of as many codes as rows, taken for its clients.",
            ),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (codes_from) ON clients_clientimport TO app",
            "REVOKE UPDATE (codes_from) ON clients_clientimport FROM app",
        ),
    ]
