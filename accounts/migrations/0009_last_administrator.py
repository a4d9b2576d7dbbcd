"""Somebody stays who can change roles; retired roles are nobody's; approvals stay decided."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_an_app_is_replaced_by_its_next")]
    operations = [run_sql_file(__file__)]
