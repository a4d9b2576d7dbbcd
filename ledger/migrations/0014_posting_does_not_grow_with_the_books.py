"""The guards of a posting look up its own rows, and not all of the books."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_entries_and_closes_lie_within_the_books")]
    operations = [run_sql_file(__file__)]
