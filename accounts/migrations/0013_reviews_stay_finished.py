"""A review that was finished is history: neither it nor its lines change."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_a_hundred_wrong_codes")]
    operations = [run_sql_file(__file__)]
