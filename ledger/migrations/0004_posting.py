"""Posting in one round trip."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_known_points")]
    operations = [run_sql_file(__file__)]
