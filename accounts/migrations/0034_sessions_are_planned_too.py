"""Whoever records sessions plans them: the right says so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0033_services_and_waivers")]
    operations = [
        migrations.RunSQL(
            "UPDATE auth_permission SET name = 'Plan and record sessions'"
            " WHERE codename = 'session_record'",
            migrations.RunSQL.noop,
        ),
    ]
