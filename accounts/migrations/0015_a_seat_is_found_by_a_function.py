"""What every request asks about its person is planned once a connection."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_an_administrator_is_made_by_two")]
    operations = [run_sql_file(__file__)]
