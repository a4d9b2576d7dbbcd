"""What a signed context says is read by one function, which is planned once for a connection."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0031_bills_are_paid")]
    operations = [run_sql_file(__file__)]
