"""The signed context and the guard of append-only tables: everything after this stands on them."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [run_sql_file(__file__, "context.sql")]
