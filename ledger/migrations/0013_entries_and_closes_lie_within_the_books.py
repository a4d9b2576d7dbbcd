"""An entry is of a day that the books know, and no month is closed before the first entry."""

from datetime import date

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from audit.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_accounts_of_money_out")]
    operations = [
        # Not valid: an entry that was posted with another day stands, as all entries do.
        AddConstraintNotValid(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entry_date__gte", date(1990, 1, 1)), ("entry_date__lte", date(2200, 12, 31))
                ),
                name="ledger_journalentry_of_our_time",
            ),
        ),
        run_sql_file(__file__),
    ]
