"""A password that is due because a sign-in was reported changes by the link of a letter only."""

from django.db import migrations

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_drafts_are_emptied")]
    operations = [run_sql_file(__file__)]
