"""Who sets fees sets the terms of packages, and the right's words say so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0063_packages_are_ended")]
    operations = [
        migrations.RunSQL(
            "UPDATE auth_permission SET name = 'Set services, list fees, packages, and what missed"
            " appointments cost' WHERE codename = 'service_change'",
            migrations.RunSQL.noop,
        ),
    ]
