"""An hour that has begun moves no more, and nobody cancelled it before it was planned."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("billing", "0035_a_credit_names_its_refund")]
    operations = [run_sql_file(__file__)]
