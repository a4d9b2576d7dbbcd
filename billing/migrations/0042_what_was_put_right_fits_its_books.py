"""What the bank confirms stays, cash is deposited once, and what was put right is of one client."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("billing", "0041_nothing_is_used_before_it_was_there")]
    operations = [run_sql_file(__file__)]
