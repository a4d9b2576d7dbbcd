"""The right to merge two records of one client, for the practices that were there before it."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_intake_rights")]
    operations = [run_sql_file(__file__)]
