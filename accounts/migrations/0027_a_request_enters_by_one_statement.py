"""Who comes is found and noted in one statement, and sits down in another."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_releases")]
    operations = [run_sql_file(__file__)]
