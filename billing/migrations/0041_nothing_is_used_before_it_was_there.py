"""Nothing is used before it was there, and what takes something back is dated as its entry is."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_outcomes_fit_their_time")]
    operations = [run_sql_file(__file__)]
