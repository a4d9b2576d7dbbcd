"""The checks of a commit and the appending of its events, in one round trip."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [run_sql_file(__file__)]
